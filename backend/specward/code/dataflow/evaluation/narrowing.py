"""What a condition excludes of the alternatives that variables hold."""

import ast

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine, State
from specward.code.dataflow.evaluation.truths import truth
from specward.code.dataflow.lattice import join_all
from specward.code.dataflow.values import NONE


def narrow(engine: Engine, node: ast.expr, state: State, *, holds: bool) -> None:
    """Take the alternatives out of variables that a condition excludes."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            narrow(engine, operand, state, holds=not holds)
        case ast.BoolOp(op=ast.And(), values=values) if holds:
            for item in values:
                narrow(engine, item, state, holds=True)
        case ast.BoolOp(op=ast.Or(), values=values) if not holds:
            for item in values:
                narrow(engine, item, state, holds=False)
        case ast.Name(id=name):
            _keep(engine, name, state, holds=holds)
        case ast.Call(args=[ast.Name(id=name)], keywords=[]):
            _keep_asked(engine, node, name, state, holds=holds)
        case ast.NamedExpr(target=ast.Name(id=name)):
            _keep(engine, name, state, holds=holds)
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]
        ):
            _keep_none(name, state, none=holds)
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]
        ):
            _keep_none(name, state, none=not holds)
        case _:
            pass


def _keep(engine: Engine, name: str, state: State, *, holds: bool) -> None:
    value = state.names.get(name)
    if isinstance(value, v.Either):
        kept = []
        for item in value.options:
            condition = truth(engine, item, state)
            if (condition.true if holds else condition.false).possible:
                kept.append(item)
        state.names[name] = join_all(kept) if kept else value


def _keep_asked(engine: Engine, node: ast.expr, name: str, state: State, *, holds: bool) -> None:
    """`if is_user(subject)`: of several objects those of which it is true, each asked for itself."""
    value = state.names.get(name)
    if isinstance(value, v.Either) and all(isinstance(item, v.Instance) for item in value.options):
        kept = [item for item in value.options if _may_be(engine, node, name, item, state, holds=holds)]
        state.names[name] = join_all(kept) if kept else value


def _may_be(engine: Engine, node: ast.expr, name: str, item: v.Value, state: State, *, holds: bool) -> bool:
    branch = state.fork()
    branch.names[name] = item
    condition = truth(engine, engine.evaluate(node, branch), branch)
    return (condition.true if holds else condition.false).possible


def _is_none(value: v.Value) -> bool:
    return value == NONE or isinstance(value, v.Unlimited)


def _keep_none(name: str, state: State, *, none: bool) -> None:
    value = state.names.get(name)
    if isinstance(value, v.Either):
        kept = [
            item
            for item in value.options
            if _is_none(item) == none or (none and not isinstance(item, v.Const))
        ]
        state.names[name] = join_all(kept) if kept else value
