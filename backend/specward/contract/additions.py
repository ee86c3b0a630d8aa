"""Where a file adds operations to a router, as far as its text shows it."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from specward.code.cache import Cache
from specward.code.dataflow.sources.tree import module_of

_ADDING = frozenset({"add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route"})
_ADDING |= {"include_router", "mount"}
_DECORATING = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "api_route"})
_DECORATING |= {"websocket", "websocket_route", "route"}
_LISTING = frozenset({"append", "insert", "extend"})
_WORDS = (*_ADDING, "routes", *(f".{name}" for name in _DECORATING))


class Addition(NamedTuple):
    """One place that adds operations."""

    line: int
    column: int
    end: int  # its last line
    is_late: bool  # whether it comes only when the application already runs, wherever it is passed


def known_additions(text: str, cache: Cache | None) -> list[Addition]:
    """Give the same as `find_additions`; most files are as they were, and need not be parsed.

    Args:
        text: The file's.
        cache: Of this kind alone.
    """
    found = cache.fact(text, _found) if cache else _found(text)
    return [Addition(*item) for item in found] if isinstance(found, list) else []


def _found(text: str) -> list[Addition]:
    return [*find_additions(text)]


def find_additions(text: str) -> Iterator[Addition]:
    """Give each place that adds operations to a router, in a file that can be parsed.

    The start of an application is no coroutine; so what stands in one is late.
    """
    module = module_of(text) if any(word in text for word in _WORDS) else None
    todo: list[tuple[ast.AST, bool]] = [(module, False)] if module else []
    while todo:
        node, is_late = todo.pop()
        if _adds(node) or (is_late and _may_add(node)):
            yield _addition(node, is_late=is_late)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (_addition(each, is_late=is_late) for each in node.decorator_list if _decorates(each))
            is_inner = is_late or isinstance(node, ast.AsyncFunctionDef)
            todo += [(child, is_inner) for child in node.body]
            todo += [(child, is_late) for child in node.decorator_list]
        else:
            todo += [(child, is_late) for child in ast.iter_child_nodes(node)]


def _adds(node: ast.AST) -> bool:
    """Whether a node is a call that adds: `app.mount(...)`, or `app.get(...)(handler)`."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Call):
        return _decorates(node.func)
    return isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING and _names_a_path(node)


def _may_add(node: ast.AST) -> bool:
    """Whether a node hands the way to add on, or adds to the list of routes itself."""
    if isinstance(node, ast.Attribute):
        return node.attr in _ADDING - {"mount"} or (node.attr == "routes" and isinstance(node.ctx, ast.Store))
    if isinstance(node, ast.Call):
        function = node.func
        return (
            isinstance(function, ast.Attribute) and function.attr in _LISTING and _are_routes(function.value)
        )
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _are_routes(node.value)


def _are_routes(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "routes"


def _decorates(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _DECORATING
        and bool(node.args or node.keywords)
        and _names_a_path(node)
    )


def _names_a_path(node: ast.Call) -> bool:
    """Whether the first argument may be a path of an application: clients mount `https://`, too."""
    first = next(iter(node.args), None)
    return not isinstance(first, ast.Constant) or str(first.value).startswith("/") or first.value == ""


def _addition(node: ast.AST, *, is_late: bool) -> Addition:
    line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
    return Addition(line, getattr(node, "col_offset", 0) + 1, end, is_late)
