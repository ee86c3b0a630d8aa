"""Columns of a SELECT that are only there for whoever may use the row: `m.role` of a LEFT JOIN, a CASE."""

from collections.abc import Callable

from sqlglot import exp

from specward.code.dataflow import values as v
from specward.code.dataflow.sql.text.scopes import Scope
from specward.code.dataflow.values import Predicate

_QUESTIONS = (exp.EQ, exp.And, exp.Or, exp.Exists, exp.In)
_NOTHING = (exp.Null, type(None))


def granting(
    node: exp.Select, scope: Scope, predicate: Callable[[exp.Expr, Scope], Predicate]
) -> tuple[tuple[str, Predicate], ...]:
    """What holds where a column is there, for those that need not be.

    Args:
        node: The SELECT.
        scope: Its tables.
        predicate: Reads a condition.
    """
    found = [(item.alias_or_name, _ways(item.unalias(), scope, predicate)) for item in node.expressions]
    return tuple((name, v.Any(tuple(ways))) for name, ways in found if name and ways)


def _ways(
    node: exp.Expr | None, scope: Scope, predicate: Callable[[exp.Expr, Scope], Predicate]
) -> list[Predicate]:
    """In which ways an expression may be there; none if it always is."""
    match node:
        case exp.Paren():
            return _ways(node.this, scope, predicate)
        case exp.Case():
            return _of_case(node, scope, predicate)
        case exp.Coalesce():
            ways = [_ways(item, scope, predicate) for item in (node.this, *node.expressions)]
            return [way for some in ways for way in some] if all(ways) else []
        case exp.Column():
            found = scope.find(node)
            return [v.Both(found[0].optional)] if found is not None and found[0].optional else []
        case _ if isinstance(node, _QUESTIONS):
            return [predicate(node, scope)]
        case _:
            return []


def _of_case(
    node: exp.Case, scope: Scope, predicate: Callable[[exp.Expr, Scope], Predicate]
) -> list[Predicate]:
    given = [(item.this, item.args.get("true")) for item in node.args.get("ifs") or ()]
    ways = [predicate(asked, scope) for asked, value in given if not _is_nothing(value)]
    default = node.args.get("default")
    if node.this is not None:
        return []
    if _is_nothing(default):
        return ways
    others = _ways(default, scope, predicate)
    return [*ways, *others] if others else []


def _is_nothing(node: exp.Expr | None) -> bool:
    return isinstance(node, _NOTHING) or (isinstance(node, exp.Boolean) and not node.this)
