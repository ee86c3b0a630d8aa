"""Permissions that a dependency asks for: `Depends(require_permission("orders.read"))`.

That somebody may read orders does not say whose: it is what a clerk has who reads them all, and what a
customer has who reads their own. So it proves nothing of a row; but where nobody with a permission is held
to rows of their own, it is asked whether that is meant, once, and not told of each statement.
"""

import ast
import re
from collections.abc import Mapping

from specward.code.dataflow import values as v
from specward.code.dataflow.evaluation.engine import Engine
from specward.code.dataflow.lattice import options, parts
from specward.code.dataflow.sources.program import dotted_name
from specward.code.dataflow.sources.source import FunctionNode
from specward.code.dataflow.values import Value
from specward.patterns import pattern

_CODE = pattern(r"[a-z][a-z_]*[.:/-][a-z_*.:/-]+", re.IGNORECASE)
_NAMED = pattern(r"perm", re.IGNORECASE)
_OWN = pattern(r"(^|[^a-z])(own|self|mine|my|me)([^a-z]|$)", re.IGNORECASE)


def permission_of(engine: Engine, node: ast.expr, target: Value) -> str:
    """What a dependency asks that the principal may do, "" if nothing.

    It must be made for the permission, and refuse by it: one that is only called so, and never looks at
    what it was given, asks for none.

    Args:
        engine: The interpreter.
        node: The dependency as it is written.
        target: What it is.
    """
    found = [_asked_by(engine, item) for item in options(target)]
    words = sorted({word for item in found for word in item})
    made = node.func if isinstance(node, ast.Call) else node
    named = _NAMED.search(dotted_name(made).rpartition(".")[2])
    shaped = all(named or _CODE.fullmatch(word) for word in words)
    return ", ".join(words) if all(found) and shaped and not any(map(_OWN.search, words)) else ""


def _asked_by(engine: Engine, target: Value) -> set[str]:
    """The words by which a dependency refuses."""
    match target:
        case v.Function(
            node=ast.FunctionDef() | ast.AsyncFunctionDef() as node, closure=v.Scope(names=names)
        ):
            return _refused_by(node, names)
        case v.Instance(cls=v.Class(definition), attributes=attributes):
            called = engine.program.method(definition, "__call__")
            return _refused_by(called[1], attributes) if called is not None else set()
        case _:
            return set()


def _refused_by(node: FunctionNode, given: Mapping[str, Value]) -> set[str]:
    known = {name: words for name, value in given.items() if (words := _words(value))}
    if not known:
        return set()
    asked, refuses = _asked(node)
    return {word for name in asked & known.keys() for word in known[name]} if refuses else set()


def _words(value: Value) -> set[str]:
    match value:
        case v.Const(str(text)):
            return {text}
        case v.Method(_, name) | v.External(name):
            return {name.rpartition(".")[2]}
        case v.Sequence() | v.Either():
            return {word for item in parts(value) for word in _words(item)}
        case _:
            return set()


def _asked(node: FunctionNode) -> tuple[set[str], bool]:
    """The names in a function but for what it raises, and whether it does: a message asks for nothing."""
    names, refuses = set[str](), False
    waiting: list[ast.AST] = [node]
    while waiting:
        match waiting.pop():
            case ast.Raise():
                refuses = True
            case ast.Name(id=name):
                names.add(name)
            case current:
                names.add(getattr(current, "attr", ""))
                waiting += ast.iter_child_nodes(current)
    return names, refuses
