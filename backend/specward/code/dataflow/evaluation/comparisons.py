"""Comparisons: a predicate where columns are compared, else what holds if it is true and if it is false."""

import ast
from operator import ge, gt, le, lt
from typing import TypeGuard

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.matching import all_in, contained, match, note_kept
from specward.code.dataflow.evaluation.openness import closes, opens
from specward.code.dataflow.evaluation.privileges import (
    is_privilege,
    names_privilege,
    of_membership,
    privileged,
    spans_ranks,
)
from specward.code.dataflow.evaluation.ranks import note_rank, note_step
from specward.code.dataflow.evaluation.roles import ADMINISTERS, above_others, is_role, told_apart
from specward.code.dataflow.evaluation.truths import negate, none_check, truth
from specward.code.dataflow.lattice import both, join_all, options, origin, parts, rows
from specward.code.dataflow.record import replace
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

_SQL = (Column, v.Relation, v.Expression, *v.PREDICATES)
_SETS = (v.Sequence, v.Common, Row)
_EQUAL, _UNEQUAL = (ast.Eq, ast.Is), (ast.NotEq, ast.IsNot)


def compare(engine: Engine, left: Value, operator: ast.cmpop, right: Value, state: State) -> Value:
    """One comparison: a predicate over columns, or a truth value."""
    note_rank(engine, state, left, right)
    note_rank(engine, state, right, left)
    if isinstance(left, _SQL) or isinstance(right, _SQL):
        predicate = sql_comparison(engine, left, operator, right)
        if isinstance(predicate, Bind):
            note_kept(engine, predicate, state)
        return predicate
    if isinstance(left, v.Const) and left.facts.atoms:
        found = truth(engine, compare(engine, v.Const(left.value), operator, right, state), state)
        return Condition(both(found.true, left.facts), both(found.false, left.facts))
    if isinstance(operator, ast.In | ast.NotIn) and is_role(engine.proof(state), right):
        named = _among_roles(engine, left, right, state)
        return named if isinstance(operator, ast.In) else negate(named)
    if isinstance(operator, _EQUAL + _UNEQUAL):
        chosen = _asked_or_own(engine, left, right, state)
        if chosen is not None:
            return chosen if isinstance(operator, _EQUAL) else negate(chosen)
        one = _one_of_rows(engine, left, right, state)
        if one is not None:
            return one if isinstance(operator, _EQUAL) else negate(one)
    if (
        isinstance(left, v.Either)
        and right == NONE
        and left.found.atoms
        and isinstance(operator, _EQUAL + _UNEQUAL)
    ):
        asked = truth(engine, compare(engine, replace(left, found=NOTHING), operator, right, state), state)
        there = isinstance(operator, _UNEQUAL)
        true, false = (left.found, NOTHING) if there else (NOTHING, left.found)
        return Condition(both(asked.true, true), both(asked.false, false))
    if isinstance(left, v.Either):
        said = join_all([compare(engine, item, operator, right, state) for item in left.options])
        return _if_found(engine, left, said, operator, right, state)
    if isinstance(right, v.Either) and not isinstance(operator, ast.In | ast.NotIn):
        return join_all([compare(engine, left, operator, item, state) for item in right.options])
    if isinstance(operator, _EQUAL):
        return equal(engine, left, right, state)
    if isinstance(operator, _UNEQUAL):
        return negate(equal(engine, left, right, state))
    if isinstance(operator, ast.In):
        return _among(engine, left, right, state)
    if isinstance(operator, ast.NotIn):
        return negate(_among(engine, left, right, state))
    if isinstance(operator, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
        note_step(engine, left, right)
        note_step(engine, right, left)
    known = _ordered(left, operator, right)
    if known is not None:
        return known
    if isinstance(operator, ast.Gt | ast.GtE) and isinstance(right, v.Const):
        return Condition(truth(engine, left, state).true, NOTHING)
    if isinstance(operator, ast.Lt | ast.GtE) and _is_length(left) and _is_length(right):
        found = equal(engine, left, right, state)  # there cannot be more rows than were asked for
        return negate(found) if isinstance(operator, ast.Lt) else found
    if isinstance(operator, ast.LtE) and isinstance(right, _SETS):
        return Condition(all_in(engine, left, right, state), NOTHING)
    if isinstance(operator, ast.GtE) and isinstance(left, _SETS):
        return Condition(all_in(engine, right, left, state), NOTHING)
    read = rows(left) | rows(right)
    return Scalar(Origin.UNKNOWN, rows=read) if read else Condition(NOTHING, NOTHING)


_ORDERS = {ast.Lt: lt, ast.LtE: le, ast.Gt: gt, ast.GtE: ge}


def _ordered(left: Value, operator: ast.cmpop, right: Value) -> Condition | None:
    """`LEVELS["read"] < LEVELS["edit"]`: certain, where both are numbers of the program."""
    order = _ORDERS.get(type(operator))
    match left, right:
        case v.Const(int() | float() as one), v.Const(int() | float() as other) if order is not None:
            return Condition(NOTHING, IMPOSSIBLE) if order(one, other) else Condition(IMPOSSIBLE, NOTHING)
        case _:
            return None


def _if_found(
    engine: Engine, left: v.Either, said: Value, operator: ast.cmpop, right: Value, state: State
) -> Value:
    """`role_of(me, team) in ("owner", "editor")`: it is not None, and what held where it was found holds."""
    known = right if isinstance(right, v.Sequence) else v.Sequence((right,))
    constants = all(origin(item) == Origin.CONSTANT and item != NONE for item in parts(known))
    if (
        not left.found.atoms
        or not constants
        or not isinstance(operator, ast.In | ast.NotIn | ast.Eq | ast.NotEq)
    ):
        return said
    told = truth(engine, said, state)
    if isinstance(operator, ast.In | ast.Eq):
        return Condition(both(told.true, left.found), told.false)
    return Condition(told.true, both(told.false, left.found))


def _one_of_rows(engine: Engine, left: Value, right: Value, state: State) -> Condition | None:
    """A column of one of several rows: whichever it is, of that row the comparison says what it says."""
    for choice, other in ((left, right), (right, left)):
        columns = {item.column if isinstance(item, Field) else "" for item in options(choice)}
        if isinstance(choice, v.Either) and len(columns) == 1 and all(columns):
            found = [equal(engine, item, other, state).true for item in choice.options]
            return Condition(Facts(frozenset(atom for facts in found for atom in facts.atoms)), NOTHING)
    return None


def _asked_or_own(engine: Engine, left: Value, right: Value, state: State) -> Condition | None:
    """`(body.user_id or me.id) == me.id`: the client asked for the principal, or for nobody."""
    proof = engine.proof(state)
    for choice, own in ((left, right), (right, left)):
        asked = [item for item in options(choice) if not proof.is_principal(item)]
        if isinstance(choice, v.Either) and len(asked) == 1 and proof.is_principal(own):
            return equal(engine, asked[0], own, state)
    return None


def _among_roles(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """`"clerk" in user.roles`, or any of some."""
    found = contained(engine, left, right, state)
    names = options(left)
    if v.ADMIN in found.true.atoms or not all(isinstance(item, v.Const) for item in names):
        return found
    return _in_office(engine, names)


def _among(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """`role in ("admin", "owner")`: there is a role, and something it is in, whatever else that proves."""
    if isinstance(left, v.Const) and isinstance(right, v.Mapping):
        given = dict(right.entries).get(str(left.value))
        return truth(engine, given, state) if _is_asked(given) else Condition(NOTHING, NOTHING)
    if isinstance(right, v.Sequence) and engine.schema.is_tenanted and spans_ranks(parts(right)):
        return Condition(NOTHING, NOTHING)
    found = contained(engine, left, right, state)
    if isinstance(right, v.Either | v.Sequence | Field):
        found = Condition(both(found.true, truth(engine, right, state).true), found.false)
    constants = isinstance(right, v.Sequence) and not right.rest and NONE not in right.items
    if not constants or not all(origin(item) == Origin.CONSTANT for item in parts(right)):
        return found
    if left == NONE:
        return Condition(IMPOSSIBLE, NOTHING)
    if isinstance(left, Field) and _is_opened(engine, left, right):
        return Condition(engine.proof(state).shows(left.row), found.false)
    if is_role(engine.proof(state), left) and v.ADMIN not in found.true.atoms:
        apart = _in_office(engine, parts(right))
        return Condition(both(found.true, apart.true), both(found.false, apart.false))
    return Condition(both(found.true, _there(engine, left, state)), found.false)


def _is_asked(value: Value | None) -> TypeGuard[Scalar]:
    """Whether a key of what the client sent is there exactly where the client named something."""
    return isinstance(value, Scalar) and value.origin == Origin.CLIENT and bool(value.symbol)


def _is_opened(engine: Engine, value: Field, other: Value) -> bool:
    """`note.visibility == "public"`: the row is everybody's to see."""
    return value.row.table in engine.schema.owned and opens(value.column, other)


def _in_office(engine: Engine, roles: tuple[Value, ...]) -> Condition:
    """What follows from having one of some roles; administrators apart, who may do everything anyway."""
    others = tuple(role for role in roles if not is_privilege(engine, role))
    engine.trail.offices |= {str(role.value).lower() for role in others if isinstance(role, v.Const)}
    return told_apart(others, above=above_others(engine.schema))


def _there(engine: Engine, value: Value, state: State) -> Facts:
    """What follows from a value not being None: the row that it was read from is there."""
    match value:
        case Field(row, _):
            return engine.proof(state).proves(row, owned=False)
        case Row():
            return truth(engine, value, state).true
        case _:
            return NOTHING


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
    fixed = fixed and not closes(right)
    alike = not isinstance(operator, ast.NotEq | ast.Gt | ast.GtE | ast.NotIn)
    shown = isinstance(left, Column) and alike and opens(left.name, right)
    tables = tables_of(left) | tables_of(right)
    empty = left.name if isinstance(left, Column) and isinstance(operator, _EQUAL) and right == NONE else ""
    return v.Other(tables, fixed=fixed and not isinstance(operator, ast.NotEq), open=shown, empty=empty)


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


def _is_length(value: Value) -> bool:
    return isinstance(value, v.Method) and value.name == v.LENGTH


def _all_found(left: Value, right: Value) -> Row | None:
    """The rows of which there are as many as were asked for: `len(notes) == len(ids)`."""
    for found, asked in ((left, right), (right, left)):
        match found, asked:
            case ((v.Method(Row() as row, v.LENGTH) | (Row() as row)), v.Method(wanted, v.LENGTH)):
                if any(key == wanted for _, key in row.keys):
                    return row
    return None


def equal(engine: Engine, left: Value, right: Value, state: State) -> Condition:
    """What `left == right` proves, both ways."""
    found = _all_found(left, right)
    if found is not None:
        return Condition(engine.proof(state).proves(found, owned=False), NOTHING)
    if isinstance(left, v.Const) and isinstance(right, v.Const):
        return Condition(NOTHING, IMPOSSIBLE) if left.value == right.value else Condition(IMPOSSIBLE, NOTHING)
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
            and names_privilege(engine, value, other)
        ):
            return ADMINISTERS
    left, right = _datum(left), _datum(right)
    return Condition(both(match(engine, left, right, state), match(engine, right, left, state)), NOTHING)


def _datum(value: Value) -> Value:
    """What `session.scalar(select(Line.order_id)...)` gives is the column of a row."""
    return Field(value, value.column) if isinstance(value, Row) and value.column and not value.many else value


def _constant_check(engine: Engine, value: Value, constant: v.Const, state: State) -> Condition:
    if isinstance(value, Field) and _is_opened(engine, value, constant):
        return Condition(engine.proof(state).shows(value.row), NOTHING)
    name = value.symbol if isinstance(value, Scalar) else value.column if isinstance(value, Field) else ""
    if (
        isinstance(constant.value, str)
        and privileged(engine, constant.value)
        and engine.proof(state).is_principal(value)
        and not of_membership(engine, value)
    ):
        return ADMINISTERS
    if constant.value == "" and isinstance(value, Scalar) and value.origin == Origin.IDENTITY:
        return Condition(IMPOSSIBLE, NOTHING)  # a principal has a name
    if isinstance(constant.value, int | float) and not constant.value:
        return negate(truth(engine, value, state))
    if isinstance(constant.value, str) and is_role(engine.proof(state), value):
        return _in_office(engine, (constant,))
    if constant.value is True or (constant.value and name and privileged(engine, name)):
        return truth(engine, value, state)
    return Condition(_there(engine, value, state), NOTHING)
