"""What the interpreter knows of a value: where it comes from, which rows it was read from, what it proves."""

from __future__ import annotations

import ast
from enum import IntEnum
from typing import NamedTuple, TypeAlias


class Origin(IntEnum):
    """Who chose a datum, from the most to the least trusted."""

    CONSTANT = 0
    IDENTITY = 1  # derived from a verified credential: the principal, or something it carries
    CALLER = 2  # a parameter of a function analysed without its callers: their obligation
    UNKNOWN = 3  # produced by code outside the project, without client input
    CREDENTIAL = 4  # as presented by the client, not verified yet
    CLIENT = 5  # path, query, body


class Site(NamedTuple):
    """A place in the source, and the way from the route to it."""

    path: str
    line: int
    column: int
    chain: tuple[str, ...] = ()


class Const(NamedTuple):
    """A literal."""

    value: str | bytes | float | complex | bool | None


class Scalar(NamedTuple):
    """A datum without structure. `symbol` names one particular input; `rows` are the rows it was read from."""

    origin: Origin
    symbol: str = ""
    rows: frozenset[Row] = frozenset()


class Row(NamedTuple):
    """One or many rows of a table. `code` is the finding that its use would be ("" if none)."""

    table: str
    id: int
    code: str
    proof: bool  # bound to the principal by the statement that fetched it
    many: bool
    keys: tuple[tuple[str, Value], ...]  # columns the statement compared, with what
    site: Site
    fresh: bool = False  # made here, not fetched
    child: Row | None = None  # the row whose parent this is, where a relationship led here


class Field(NamedTuple):
    """A column's value in a row."""

    row: Row
    column: str


class Model(NamedTuple):
    """A mapped class or a Core table."""

    table: str


class Column(NamedTuple):
    """A column as SQL expression."""

    table: str
    name: str


class Relation(NamedTuple):
    """A relationship attribute of a mapped class."""

    table: str
    name: str
    target: str


class Bind(NamedTuple):
    """Column compared for equality (or membership) with a value."""

    table: str
    column: str
    value: Value


class Link(NamedTuple):
    """Column equal to a column of another table."""

    left: Column
    right: Column


class Within(NamedTuple):
    """Column in a sub-query."""

    table: str
    column: str
    query: Query


class Exists(NamedTuple):
    """A correlated sub-query, or `.has()` / `.any()` on a relationship of `table`."""

    table: str
    query: Query


class Both(NamedTuple):
    """Conjunction."""

    parts: tuple[Predicate, ...]


class Any(NamedTuple):
    """Disjunction."""

    parts: tuple[Predicate, ...]


class Other(NamedTuple):
    """Any other condition; `fixed` if it compares columns with constants only."""

    tables: frozenset[str]
    fixed: bool = False


class Expression(NamedTuple):
    """A SQL expression over columns: a function, an aggregate, a label, a column of a sub-query."""

    tables: frozenset[str]
    predicates: tuple[Predicate, ...] = ()


class Query(NamedTuple):
    """A statement under construction."""

    verb: str  # select, update, delete, insert
    entities: tuple[str, ...]
    predicates: tuple[Predicate, ...]
    joined: frozenset[str]
    site: Site
    conditional: bool = False  # an owner condition was added on some paths only
    waived: bool = False  # built where the principal is an administrator, or through a scoping session
    legacy: bool = False  # session.query(): runs itself
    values: tuple[tuple[str, Value], ...] = ()  # what an insert or update writes


class Text(NamedTuple):
    """SQL as text; `parts` are the values formatted into it."""

    sql: str
    parts: tuple[Value, ...]
    site: Site
    bound: tuple[tuple[str, Value], ...] = ()


class Condition(NamedTuple):
    """A truth value, with what holds if it is true and if it is false."""

    true: Facts
    false: Facts


class Sequence(NamedTuple):
    """A list, tuple or set: the elements on every path, and others that may be there."""

    items: tuple[Value, ...]
    rest: tuple[Value, ...] = ()


class Mapping(NamedTuple):
    """A dict with known keys; `rest` is what else may be in it."""

    entries: tuple[tuple[str, Value], ...]
    rest: tuple[Value, ...] = ()


class Body(NamedTuple):
    """A request body parsed into a class."""

    cls: Definition
    symbol: str
    origin: Origin = Origin.CLIENT


class Definition(NamedTuple):
    """A class or function of the project by module path and qualified name."""

    module: str
    name: str


class Class(NamedTuple):
    """A class of the project, with the models given to its generic base."""

    definition: Definition
    models: tuple[Value, ...] = ()


class Function(NamedTuple):
    """A function of the project, bound to its receiver if it is a method."""

    module: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: Definition | None = None
    receiver: Value | None = None
    closure: Scope | None = None

    def __hash__(self) -> int:
        return hash((self.module, self.node.lineno, self.node.col_offset))


class Scope:
    """Variables captured by a nested function."""

    __slots__ = ("names",)

    def __init__(self, names: dict[str, Value]) -> None:
        self.names = names


class Instance:
    """An object of a project class; its attributes are shared by all who hold it."""

    __slots__ = ("attributes", "cls", "scoped")

    def __init__(self, cls: Class, *, scoped: bool = False) -> None:
        self.cls = cls
        self.scoped = scoped
        self.attributes: dict[str, Value] = {}


class Module(NamedTuple):
    """A module of the project."""

    path: str


class External(NamedTuple):
    """Something imported from outside the project, or a builtin, by dotted name."""

    name: str
    receiver: Value | None = None


class Method(NamedTuple):
    """An attribute of a value that the project does not define: called or read later."""

    receiver: Value
    name: str


class Either(NamedTuple):
    """One of several."""

    options: tuple[Value, ...]


Predicate: TypeAlias = "Bind | Link | Within | Exists | Both | Any | Other"
Fact: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = (
    "Const | Scalar | Row | Field | Model | Column | Relation | Predicate | Expression | Query | Text | Condition"
    " | Sequence | Mapping | Body | Class | Function | Instance | Module | External | Method | Either"
)


class Facts(NamedTuple):
    """What is known to hold on a path; `possible` is false on a path that cannot be taken."""

    atoms: frozenset[Fact] = frozenset()
    possible: bool = True


ADMIN: Fact = ("admin",)
NOTHING = Facts()
IMPOSSIBLE = Facts(possible=False)
UNKNOWN = Scalar(Origin.UNKNOWN)
IDENTITY = Scalar(Origin.IDENTITY)
NONE = Const(None)
PREDICATES = (Bind, Link, Within, Exists, Both, Any, Other)


def both(left: Facts, right: Facts) -> Facts:
    """What holds when both hold."""
    if left.possible and right.possible:
        return Facts(left.atoms | right.atoms)
    return IMPOSSIBLE


def either(left: Facts, right: Facts) -> Facts:
    """What holds when at least one does. An administrator may do everything, so that arm asks for nothing."""
    if not left.possible or (ADMIN in left.atoms and ADMIN not in right.atoms and right.possible):
        return right
    if not right.possible or (ADMIN in right.atoms and ADMIN not in left.atoms):
        return left
    shared = left.atoms & right.atoms
    return Facts(
        shared | _vacuous(left.atoms - shared, right.atoms) | _vacuous(right.atoms - shared, left.atoms)
    )


def _vacuous(atoms: frozenset[Fact], other: frozenset[Fact]) -> frozenset[Fact]:
    """What one side proves of an input that the other side knows not to be there."""
    absent = {atom[1] for atom in other if atom[0] == "absent"}
    return (
        frozenset(atom for atom in atoms if atom[0] in {"key", "same"} and atom[-1] in absent)
        if absent
        else _NONE_HELD
    )


_NONE_HELD: frozenset[Fact] = frozenset()


def same(left: Value, right: Value) -> bool:
    """Equal and of one kind (named tuples of different kinds may compare equal)."""
    return left is right or (type(left) is type(right) and left == right)


def options(value: Value) -> tuple[Value, ...]:
    """The alternatives a value stands for."""
    return value.options if isinstance(value, Either) else (value,)


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
    dropped = len(common) < len(left.predicates) or len(common) < len(right.predicates)
    lost = dropped and any(
        isinstance(part, Bind | Within | Exists | Any | Both)
        for part in (*left.predicates, *right.predicates)
        if part not in common
    )
    return left._replace(
        predicates=common,
        joined=left.joined | right.joined,
        conditional=left.conditional or right.conditional or lost,
    )


def _join_sequences(left: Sequence, right: Sequence) -> Value:
    if len(left.items) == len(right.items) and not left.rest and not right.rest:
        return Sequence(tuple(join(one, other) for one, other in zip(left.items, right.items, strict=True)))
    common = tuple(item for item in left.items if any(same(item, other) for other in right.items))
    rest = [*left.rest, *right.rest]
    rest += [item for item in (*left.items, *right.items) if not any(same(item, other) for other in common)]
    return Sequence(common, tuple(rest[:_MOST_ALTERNATIVES]))


def _join_mappings(left: Mapping, right: Mapping) -> Value:
    here, there = dict(left.entries), dict(right.entries)
    shared = tuple((key, join(here[key], there[key])) for key in here if key in there)
    only = [value for key, value in (*left.entries, *right.entries) if key not in here or key not in there]
    return Mapping(shared, (*left.rest, *right.rest, *only)[:_MOST_ALTERNATIVES])


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
        case Field(row, _):
            return Origin.UNKNOWN
        case External():
            return Origin.CONSTANT
        case _ if depth and parts(value):
            return max(origin(part, depth - 1) for part in parts(value))
        case _:
            return Origin.UNKNOWN
