"""Ladders of roles: `RANKS[user.role] >= RANKS["admin"]` asks for one of the roles that stand as high."""

import ast
from collections.abc import Mapping as Table
from typing import NamedTuple

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.privileges import is_privilege
from specward.code.dataflow.evaluation.ranks import note_climb
from specward.code.dataflow.values import Const, Mapping, Sequence, Value

_HIGHER = (ast.Gt, ast.GtE)
_TURNED: Table[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}


class Asked(NamedTuple):
    """One of some values, or none of them."""

    value: Value
    among: Sequence
    operator: ast.cmpop


class _Rung(NamedTuple):
    """Where something stands on a ladder."""

    value: Value
    ranks: Table[str, float]


def climbed(
    engine: Engine, left: ast.expr, operator: ast.cmpop, right: ast.expr, state: State
) -> Asked | None:
    """What a comparison of ranks asks for; None if it is none.

    Args:
        engine: The interpreter.
        left: What is compared.
        operator: How.
        right: With what.
        state: Where.
    """
    if type(operator) not in _TURNED:
        return None
    rung, other = _rung(engine, left, state), right
    if rung is None:
        rung, other, operator = _rung(engine, right, state), left, _TURNED[type(operator)]()
    if rung is None:
        return None
    least = _rank(engine, other, state)
    if least is None:
        return None
    reached = isinstance(operator, ast.GtE | ast.Lt)  # who stands as high is among those who are asked for
    ranked = sorted(
        (rank, name) for name, rank in rung.ranks.items() if rank > least or (reached and rank == least)
    )
    names = tuple(Const(name) for _, name in ranked)
    note_climb(engine, names)
    among = (
        names[:1] if names and is_privilege(engine, names[0]) else names
    )  # whoever stands higher may do as much
    return Asked(rung.value, Sequence(among), ast.In() if isinstance(operator, _HIGHER) else ast.NotIn())


def _rung(engine: Engine, node: ast.expr, state: State) -> _Rung | None:
    """`RANKS[role]`, `RANKS.get(role, 0)` or `ROLES.index(role)`, of a role that is not written there."""
    match node:
        case ast.Subscript(value=ladder, slice=index):
            ranks = _ranks(engine.evaluate(ladder, state))
        case ast.Call(
            func=ast.Attribute(value=ladder, attr="get"), args=[index, ast.Constant(value=int(least))]
        ):
            ranks = _ranks(engine.evaluate(ladder, state))
            ranks = (
                ranks if all(rank > least for rank in ranks.values()) else {}
            )  # who has no role has none of these
        case ast.Call(func=ast.Attribute(value=ladder, attr="index"), args=[index]):
            ranks = _places(engine.evaluate(ladder, state))
        case _:
            return None
    value = engine.evaluate(index, state) if ranks else v.UNKNOWN
    return _Rung(value, ranks) if ranks and not isinstance(value, Const) else None


def _rank(engine: Engine, node: ast.expr, state: State) -> float | None:
    """What a rank is that is written there: a number, or that of a role by its name."""
    match node, engine.evaluate(node, state):
        case ast.Call(func=ast.Attribute(value=ladder, attr="index"), args=[index]), _:
            named = engine.evaluate(index, state)
            name = str(named.value) if isinstance(named, Const) else ""
            return _places(engine.evaluate(ladder, state)).get(name)
        case _, Const(int() | float() as rank):
            return rank
        case _:
            return None


def _ranks(value: Value) -> Table[str, float]:
    """The names of a dict with their numbers; nothing, if there is anything else in it."""
    if not isinstance(value, Mapping) or value.rest:
        return {}
    ranks = {name: item.value for name, item in value.entries if isinstance(item, Const)}
    numbers = {name: rank for name, rank in ranks.items() if isinstance(rank, int | float)}
    return numbers if len(numbers) == len(value.entries) else {}


def _places(value: Value) -> Table[str, float]:
    """The names of a list with their places."""
    if not isinstance(value, Sequence) or value.rest:
        return {}
    names = [item.value for item in value.items if isinstance(item, Const)]
    return {str(name): place for place, name in enumerate(names)} if len(names) == len(value.items) else {}
