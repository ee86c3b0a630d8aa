"""Truth: what a condition proves when it holds and when it does not."""

import ast
import re

from specward.code.dataflow import values as v
from specward.code.dataflow.engine import Engine, State
from specward.code.dataflow.lattice import both, either, join_all, origin, parts, rows
from specward.code.dataflow.values import (
    IMPOSSIBLE,
    NONE,
    NOTHING,
    Bind,
    Column,
    Condition,
    Facts,
    Field,
    Link,
    Origin,
    Row,
    Scalar,
    Value,
)

PRIVILEGE = re.compile(
    r"admin|super_?user|staff|moderator|privileged|is_root|system|operator|is_owner_role", re.IGNORECASE
)
_SQL = (Column, v.Relation, v.Expression, *v.PREDICATES)
_EQUAL, _UNEQUAL = (ast.Eq, ast.Is), (ast.NotEq, ast.IsNot)


def truth(engine: Engine, value: Value, state: State) -> Condition:
    """What follows from a value being true, and from its being false."""
    match value:
        case Condition():
            return value
        case v.Const(literal):
            return Condition(NOTHING, IMPOSSIBLE) if literal else Condition(IMPOSSIBLE, NOTHING)
        case v.Unlimited():
            return Condition(IMPOSSIBLE, Facts(frozenset({v.ADMIN})))
        case Row():
            # A row that is not there is nobody else's: `if row and row.owner_id != me` is safe both ways.
            gone = Facts(frozenset({("gone", value.id), ("owned", value.id)}))
            return Condition(
                engine.proof(state).proves(value, owned=False), IMPOSSIBLE if value.fresh else gone
            )
        case Scalar(Origin.IDENTITY, symbol, _) if _privileged(engine, symbol):
            return Condition(Facts(frozenset({v.ADMIN})), NOTHING)
        case Scalar(Origin.IDENTITY, symbol, _) if _is_key(engine, symbol):
            return Condition(NOTHING, IMPOSSIBLE)
        case v.Either(alternatives):
            conditions = [truth(engine, item, state) for item in alternatives]
            result = conditions[0]
            for condition in conditions[1:]:
                result = Condition(either(result.true, condition.true), either(result.false, condition.false))
            return result
        case v.Instance() | v.Class() | v.Function() | v.Model() | v.Query():
            return Condition(NOTHING, IMPOSSIBLE)
        case v.Sequence(items, _) if items:
            return _sequence_truth(engine, items, state)
        case v.Sequence((), ()):
            return Condition(IMPOSSIBLE, NOTHING)
        case Field(row, column) if row.table == engine.schema.user and _privileged(engine, column):
            admin = Facts(frozenset({v.ADMIN})) if engine.proof(state).is_identity(row) else NOTHING
            return Condition(admin, NOTHING)
        case Field(row, column) if row.table == engine.schema.user and _is_key(engine, column):
            return Condition(NOTHING, IMPOSSIBLE)
        case Scalar(Origin.CLIENT, symbol, _) if symbol:
            return Condition(NOTHING, Facts(frozenset({("absent", symbol)})))
        case Scalar(_, _, read) if len(read) == 1:
            return Condition(truth(engine, next(iter(read)), state).true, NOTHING)
        case _:
            return Condition(NOTHING, NOTHING)


def _sequence_truth(engine: Engine, items: tuple[Value, ...], state: State) -> Condition:
    return truth(engine, items[0], state) if len(items) == 1 else Condition(NOTHING, NOTHING)


def _is_key(engine: Engine, symbol: str) -> bool:
    """Whether an attribute of the principal names it: present wherever the principal is."""
    last = symbol.rpartition(".")[2]
    return (
        last in {"sub", "id", "uid"}
        or last.endswith("_id")
        or (bool(engine.schema.user) and last in engine.schema.keys(engine.schema.user or ""))
    )


def _privileged(engine: Engine, name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(PRIVILEGE.search(last)) or last in engine.schema.settings.privileged


def negate(condition: Condition) -> Condition:
    """The opposite."""
    return Condition(condition.false, condition.true)


def compare(engine: Engine, left: Value, operator: ast.cmpop, right: Value, state: State) -> Value:
    """One comparison: a predicate over columns, or a truth value."""
    if isinstance(left, _SQL) or isinstance(right, _SQL):
        return sql_comparison(engine, left, operator, right)
    if isinstance(left, v.Either):
        return join_all([compare(engine, item, operator, right, state) for item in left.options])
    if isinstance(right, v.Either) and not isinstance(operator, ast.In | ast.NotIn):
        return join_all([compare(engine, left, operator, item, state) for item in right.options])
    if isinstance(operator, _EQUAL):
        return equal(engine, left, right, state)
    if isinstance(operator, _UNEQUAL):
        return negate(equal(engine, left, right, state))
    if isinstance(operator, ast.In):
        return contained(engine, left, right, state)
    if isinstance(operator, ast.NotIn):
        return negate(contained(engine, left, right, state))
    if isinstance(operator, ast.Gt | ast.GtE) and isinstance(right, v.Const):
        return Condition(truth(engine, left, state).true, NOTHING)
    read = rows(left) | rows(right)
    return Scalar(Origin.UNKNOWN, rows=read) if read else Condition(NOTHING, NOTHING)


def sql_comparison(engine: Engine, left: Value, operator: ast.cmpop, right: Value) -> Value:
    """`Item.owner_id == user.id` as a predicate."""
    if not isinstance(left, _SQL):
        left, right = right, left
    if isinstance(left, Column) and isinstance(operator, ast.Eq):
        if isinstance(right, Column):
            return Link(left, right)
        if not isinstance(right, (v.Const, *_SQL)):
            return Bind(left.table, left.name, right)
    if isinstance(left, v.Relation) and isinstance(operator, ast.Eq):
        return relation_equals(engine, left, right)
    fixed = isinstance(right, v.Const | v.Sequence | v.Expression) and origin(right) == Origin.CONSTANT
    return v.Other(tables_of(left) | tables_of(right), fixed=fixed and not isinstance(operator, ast.NotEq))


def relation_equals(engine: Engine, relation: v.Relation, value: Value) -> Value:
    """`Item.owner == user`: the foreign key to the related table equals its key."""
    target = engine.schema.related(relation.table, relation.name)
    for column, parent in engine.schema.parents(relation.table).items():
        if parent == target:
            key = Field(value, engine.schema.keys(parent)[0]) if isinstance(value, Row) else value
            return Bind(relation.table, column, key)
    return v.Other(frozenset({relation.table}))


def tables_of(value: Value) -> frozenset[str]:
    """The tables that a SQL expression mentions."""
    match value:
        case (
            Column(table, _)
            | v.Relation(table, _, _)
            | v.Model(table)
            | Bind(table, _, _)
            | v.Within(table, _, _)
        ):
            return frozenset({table})
        case v.Expression(tables, _) | v.Other(tables, _):
            return tables
        case Link(left, right):
            return frozenset({left.table, right.table})
        case v.Both(inner) | v.Any(inner) | v.Sequence(inner, _):
            return frozenset(table for item in inner for table in tables_of(item))
        case _:
            return frozenset()


def equal(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """What `left == right` proves, both ways."""
    if isinstance(left, v.Const) and isinstance(right, v.Const):
        return Condition(NOTHING, IMPOSSIBLE) if left == right else Condition(IMPOSSIBLE, NOTHING)
    if isinstance(left, v.Instance) and isinstance(right, v.Instance):
        return Condition(NOTHING, IMPOSSIBLE) if left is right else Condition(NOTHING, NOTHING)
    for value, other in ((left, right), (right, left)):
        if isinstance(other, v.Instance | v.Class) and isinstance(value, Scalar | Row | Field):
            return Condition(IMPOSSIBLE, NOTHING)  # `value is not NOT_SET`
        if other == NONE:
            return none_check(engine, value, state)
        if isinstance(other, v.Const):
            return _constant_check(engine, value, other, state)
        if (
            isinstance(value, Scalar)
            and value.origin == Origin.IDENTITY
            and _privileged_value(engine, value, other)
        ):
            return Condition(Facts(frozenset({v.ADMIN})), NOTHING)
    return Condition(both(_match(engine, left, right, state), _match(engine, right, left, state)), NOTHING)


def none_check(engine: Engine, value: Value, state: State) -> Condition:
    """What `value is None` proves."""
    match value:
        case v.Const():
            return Condition(IMPOSSIBLE, NOTHING)
        case Row() | v.Unlimited():
            return negate(truth(engine, value, state))
        case Scalar(Origin.IDENTITY | Origin.CREDENTIAL, _, _):
            return Condition(NOTHING, NOTHING) if not value.symbol else Condition(IMPOSSIBLE, NOTHING)
        case v.Instance() | v.Query() | v.Class() | v.Function() | v.Sequence() | v.Mapping() | v.Body():
            return Condition(IMPOSSIBLE, NOTHING)
        case Scalar(Origin.CLIENT, symbol, _) if symbol:
            return Condition(Facts(frozenset({("absent", symbol)})), NOTHING)
        case _:
            return Condition(NOTHING, NOTHING)


def _constant_check(engine: Engine, value: Value, constant: v.Const, state: State) -> Condition:
    name = value.symbol if isinstance(value, Scalar) else value.column if isinstance(value, Field) else ""
    if (
        isinstance(constant.value, str)
        and PRIVILEGE.search(constant.value)
        and engine.proof(state).is_principal(value)
    ):
        return Condition(Facts(frozenset({v.ADMIN})), NOTHING)
    if constant.value == "" and isinstance(value, Scalar) and value.origin == Origin.IDENTITY:
        return Condition(IMPOSSIBLE, NOTHING)  # a principal has a name
    if isinstance(constant.value, int | float) and not constant.value:
        return negate(truth(engine, value, state))
    if constant.value is True or (constant.value and name and _privileged(engine, name)):
        return truth(engine, value, state)
    return Condition(NOTHING, NOTHING)


def _privileged_value(engine: Engine, value: Scalar, other: Value) -> bool:
    """`user.role == Role.ADMIN`, `user.role == settings.ADMIN_ROLE`."""
    name = (
        other.name
        if isinstance(other, v.Method | v.External)
        else other.symbol
        if isinstance(other, Scalar)
        else ""
    )
    return "role" in value.symbol and _privileged(engine, name)


def _match(engine: Engine, value: Value, other: Value, state: State) -> Facts:
    """What follows from `value` being equal to a trusted `other`."""
    proof = engine.proof(state)
    match value:
        case Field(row, column) if proof.is_principal(other) or (
            column in engine.schema.owners.get(row.table, ()) and proof.is_identity(other)
        ):
            if isinstance(other, Scalar) and other.origin == Origin.IDENTITY:
                engine.bind(row.table, column)
            return proof.proves(row, owned=True)
        case Field(row, column):
            target = engine.schema.target(row.table, column)
            if target in engine.schema.owned and proof.key_proved(target, other):
                return proof.proves(row, owned=True)
            if target in engine.schema.owned and isinstance(other, Scalar) and other.symbol:
                return Facts(frozenset({("link", row.id, str(target), other.symbol)}))
        case Row() if proof.is_principal(other):
            return proof.proves(value, owned=True)
        case Scalar(Origin.CLIENT | Origin.CREDENTIAL, symbol, _) if symbol and proof.is_principal(other):
            return Facts(frozenset({("same", symbol)}))
        case Scalar(Origin.CLIENT, symbol, _) if (
            symbol and isinstance(other, Field) and proof.owns(other.row)
        ):
            if other.row.code == "" and not other.row.proof and not other.row.fresh:
                return NOTHING
            target = engine.schema.target(other.row.table, other.column) or other.row.table
            return Facts(frozenset({("key", target, symbol)}))
        case _:
            pass
    return NOTHING


def contained(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """What `left in right` proves."""
    proof = engine.proof(state)
    named = isinstance(left, v.Const) and isinstance(left.value, str) and PRIVILEGE.search(left.value)
    if named and proof.is_principal(right):
        return Condition(Facts(frozenset({v.ADMIN})), NOTHING)
    if isinstance(left, Scalar) and left.origin == Origin.IDENTITY and "role" in left.symbol:
        members = parts(right)
        if members and all(_admin_constant(engine, item) for item in members):
            return Condition(Facts(frozenset({v.ADMIN})), NOTHING)
    if isinstance(right, v.Sequence) and right.items:
        facts = [_match(engine, item, left, state) for item in right.items]
        mutual = [_match(engine, left, item, state) for item in (*right.items, *right.rest)]
        return Condition(both(_common(facts), _common(mutual)), NOTHING)
    if proof.is_principal(left):
        engine.consult()
        return Condition(_holders(engine, right, state), NOTHING)
    if isinstance(left, Row) and isinstance(right, Row) and proof.owns(right) and not right.code:
        return Condition(proof.proves(left, owned=True), NOTHING)
    if isinstance(right, Row | Field):
        return Condition(
            _match(
                engine,
                left,
                Field(right, engine.schema.keys(right.table)[0]) if isinstance(right, Row) else right,
                state,
            ),
            NOTHING,
        )
    read = rows(right)
    if read and all(proof.owns(row) and row.code == "" for row in read):
        return Condition(_listed(engine, left, read, state), NOTHING)
    return Condition(NOTHING, NOTHING)


def _listed(engine: Engine, left: Value, read: frozenset[Row], state: State) -> Facts:
    """What being among data read from the principal's own rows, all of one table, proves of a key."""
    tables = {row.table for row in read}
    match left:
        case Scalar(_, symbol, _) if symbol and len(tables) == 1:
            return Facts(frozenset(("key", table, symbol) for table in tables))
        case Field(row, column) if tables == {engine.schema.target(row.table, column)} & engine.schema.owned:
            return engine.proof(state).proves(row, owned=True)
        case _:
            return NOTHING


def _admin_constant(engine: Engine, value: Value) -> bool:
    match value:
        case v.Const(str(text)):
            return bool(PRIVILEGE.search(text))
        case v.Method(_, name) | v.External(name) | Scalar(_, name, _):
            return _privileged(engine, name)
        case _:
            return False


def _holders(engine: Engine, value: Value, state: State) -> Facts:
    """The row that lists the principal is theirs: `user.id in [m.user_id for m in project.members]`."""
    facts = NOTHING
    for row in rows(value):
        facts = both(facts, engine.proof(state).proves(row, owned=True))
    return facts


def _common(facts: list[Facts]) -> Facts:
    if not facts:
        return NOTHING
    result = facts[0]
    for item in facts[1:]:
        result = either(result, item)
    return result
