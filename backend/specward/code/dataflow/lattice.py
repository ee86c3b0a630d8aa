"""How values and facts meet: joins, alternatives, and what a value is made of."""

from typing import TypeAlias

from specward.code.dataflow.record import replace
from specward.code.dataflow.values import (
    ADMIN,
    IMPOSSIBLE,
    NONE,
    OFFICE,
    ROLE,
    Any,
    Bind,
    Body,
    Both,
    Class,
    Column,
    Common,
    Condition,
    Const,
    Either,
    Exists,
    External,
    Fact,
    Facts,
    Field,
    Function,
    Instance,
    Mapping,
    Method,
    Model,
    Module,
    Origin,
    Query,
    Rest,
    Row,
    Scalar,
    Sequence,
    Text,
    Unlimited,
    Value,
    Within,
)


def both(left: Facts, right: Facts) -> Facts:
    """What holds when both hold."""
    if left.possible and right.possible:
        ways = left.ways | right.ways if left.ways or right.ways else left.ways
        return Facts(left.atoms | right.atoms, ways=ways)
    return IMPOSSIBLE


def either(left: Facts, right: Facts) -> Facts:
    """What holds when at least one does. An administrator may do everything, so that arm asks for nothing."""
    for admin, other in ((left, right), (right, left)):
        if ADMIN in admin.atoms and OFFICE in other.atoms and ADMIN not in other.atoms:
            return _no_less(admin, other)
    if not left.possible or (ADMIN in left.atoms and ADMIN not in right.atoms and right.possible):
        return right
    if not right.possible or (ADMIN in right.atoms and ADMIN not in left.atoms):
        return left
    shared = left.atoms & right.atoms
    if opposed(left, right):
        proved = [_ownership(side.atoms - shared) for side in (left, right)]
        if not all(proved):  # the others are not held to it
            shared |= proved[0] | proved[1]
    elif (OFFICE in left.atoms) != (OFFICE in right.atoms):
        held, free = (right, left) if OFFICE in left.atoms else (left, right)
        if not _ownership(free.atoms - shared):  # `mine or me.role == "staff"`
            shared |= _ownership(held.atoms)
    kept = shared | _vacuous(left.atoms - shared, right.atoms) | _vacuous(right.atoms - shared, left.atoms)
    return Facts(kept, ways=(left.ways & right.ways) | _ways(left.atoms - kept, right.atoms - kept))


def _no_less(admin: Facts, other: Facts) -> Facts:
    """`me.is_owner or me.is_admin`: who has an office may do no less than who administers.

    What administrators are asked besides they are asked, and whoever has the office is not.
    """
    proved = _ownership(admin.atoms - other.atoms)
    return Facts((admin.atoms & other.atoms) | proved) if proved else admin


_Ways: TypeAlias = frozenset[tuple[frozenset[Fact], frozenset[Fact]]]
_NO_WAYS: _Ways = frozenset()


def _ways(left: frozenset[Fact], right: frozenset[Fact]) -> _Ways:
    """What each side proves and the other does not: whatever follows from either holds."""
    if not left or not right:
        return _NO_WAYS
    pair = (_ownership(left), _ownership(right))
    return frozenset((pair,)) if all(pair) else _NO_WAYS


def opposed(left: Facts, right: Facts) -> bool:
    """Whether the principal has a role on one side that they do not have on the other."""
    if left.atoms is right.atoms:
        return False
    return any(fact[0] == ROLE and (ROLE, fact[1], 1 - int(fact[2])) in right.atoms for fact in left.atoms)


def _ownership(atoms: frozenset[Fact]) -> frozenset[Fact]:
    return frozenset(atom for atom in atoms if atom[0] in {"owned", "shown", "key", "same"})


def _vacuous(atoms: frozenset[Fact], other: frozenset[Fact]) -> frozenset[Fact]:
    """What one side proves of an input that the other side knows not to be there."""
    absent = {str(atom[1]) for atom in other if atom[0] == "absent"}
    return (
        frozenset(atom for atom in atoms if atom[0] in {"key", "same"} and _is_part(str(atom[-1]), absent))
        if absent
        else _NONE_HELD
    )


def _is_part(symbol: str, absent: set[str]) -> bool:
    """Whether an input is among these or a field of one: without `body.ref` there is no `body.ref.id`."""
    return symbol in absent or any(symbol.startswith(f"{name}.") for name in absent)


_NONE_HELD: frozenset[Fact] = frozenset()


def same(left: Value, right: Value) -> bool:
    """Equal; most values that meet are one object, and need no look inside."""
    return left is right or left == right


def options(value: Value) -> tuple[Value, ...]:
    """The alternatives a value stands for."""
    return value.options if isinstance(value, Either) else (value,)


def present(value: Value) -> list[Value]:
    """The alternatives that are not None."""
    return [item for item in options(value) if item != NONE and not isinstance(item, Unlimited)]


def join(left: Value, right: Value) -> Value:
    """The value after two paths meet."""
    if same(left, right):
        return left
    if isinstance(left, Query) and isinstance(right, Query):
        return _join_queries(left, right)
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        return _join_sequences(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return _join_mappings(left, right)
    if isinstance(left, Condition) and isinstance(right, Condition):
        return Condition(either(left.true, right.true), either(left.false, right.false))
    return _alternatives((*options(left), *options(right)))


def join_all(values: list[Value]) -> Value:
    """The join of several values; None where there is none."""
    result: Value = values[0] if values else NONE
    for value in values[1:]:
        result = join(result, value)
    return result


_MOST_ALTERNATIVES = 6


def _alternatives(values: tuple[Value, ...]) -> Value:
    kept: list[Value] = []
    for value in values:
        if not any(same(value, other) for other in kept):
            kept.append(value)
    if len(kept) == 1:
        return kept[0]
    if len(kept) > _MOST_ALTERNATIVES:
        return Scalar(max(origin(value) for value in kept), rows=rows(Sequence(tuple(kept))))
    return Either(tuple(kept))


def _join_queries(left: Query, right: Query) -> Value:
    if left.waived != right.waived:
        return right if left.waived else left
    if (left.verb, left.entities) != (right.verb, right.entities):
        return _alternatives((left, right))
    common = tuple(part for part in left.predicates if any(same(part, other) for other in right.predicates))
    only = [tuple(part for part in query.predicates if part not in common) for query in (left, right)]
    if all(only):  # either condition, each of which may bind it: `by workspace, or else by member`
        common, only = (*common, Any((Both(only[0]), Both(only[1])))), []
    lost = (part for parts in only for part in parts if isinstance(part, Bind | Within | Exists | Any | Both))
    return replace(
        left,
        predicates=common,
        joined=left.joined | right.joined,
        lost=tuple(dict.fromkeys((*left.lost, *right.lost, *lost))),
    )


def _join_sequences(left: Sequence, right: Sequence) -> Value:
    empty = right.empty if left.items else left.empty if right.items else either(left.empty, right.empty)
    filled = (
        left.filled
        if not (right.items or right.rest)
        else right.filled
        if not (left.items or left.rest)
        else either(left.filled, right.filled)
    )
    if len(left.items) == len(right.items) and not left.rest and not right.rest:
        pairs = zip(left.items, right.items, strict=True)
        return Sequence(tuple(join(one, other) for one, other in pairs), (), empty, filled)
    common = tuple(item for item in left.items if any(same(item, other) for other in right.items))
    rest = [*left.rest, *right.rest]
    rest += [item for item in (*left.items, *right.items) if not any(same(item, other) for other in common)]
    return Sequence(common, tuple(rest[:_MOST_ALTERNATIVES]), empty, filled)


def _join_mappings(left: Mapping, right: Mapping) -> Value:
    """What only one of them has may be there, and is this then."""
    here, there = dict(left.entries), dict(right.entries)
    shared = {key: join(here[key], there[key]) for key in here if key in there}
    return Mapping(tuple({**here, **there, **shared}.items()), (*left.rest, *right.rest)[:_MOST_ALTERNATIVES])


def parts(value: Value) -> tuple[Value, ...]:
    """What a value is made of, one level down."""
    match value:
        case Either(inner):
            return inner
        case Sequence(items, rest):
            return (*items, *rest)
        case Mapping(entries, rest):
            return (*(item for _, item in entries), *rest)
        case Method(receiver, _):
            return (receiver,)
        case Common(left, right):
            return (left, right)
        case Rest(whole, _):
            return (whole,)
        case Text(_, inner, _, bound):
            return (*inner, *(item for _, item in bound))
        case Instance(attributes=attributes):
            return tuple(item for item in attributes.values() if not isinstance(item, Instance))
        case _:
            return ()


def rows(value: Value, depth: int = 6) -> frozenset[Row]:
    """The rows whose data a value carries."""
    match value:
        case Row():
            return frozenset((value,))
        case Field(row, _):
            return frozenset((row,))
        case Scalar(_, _, read):
            return read
        case _ if depth:
            return frozenset(row for part in parts(value) for row in rows(part, depth - 1))
        case _:
            return frozenset()


def origin(value: Value, depth: int = 6) -> Origin:
    """The least trusted source of a value."""
    match value:
        case Scalar(source, _, _) | Body(_, _, source):
            return source
        case Const() | Model() | Column() | Class() | Function() | Module():
            return Origin.CONSTANT
        case Row(keys=keys) if depth:
            return max((origin(key, depth - 1) for _, key in keys), default=Origin.UNKNOWN)
        case External():
            return Origin.CONSTANT
        case _ if depth and parts(value):
            return max(origin(part, depth - 1) for part in parts(value))
        case _:
            return Origin.UNKNOWN
