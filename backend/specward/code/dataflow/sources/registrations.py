"""Where one file registers routes and includes routers, in names and places: its nodes need not be kept."""

import ast
from collections.abc import Iterator
from typing import TypeAlias, TypedDict

from specward.code.dataflow.sources.dotted import dotted_name
from specward.code.dataflow.sources.tree import FunctionNode, Tree

_VERBS = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "api_route",
        "websocket",
        "route",
        "trace",
        "websocket_route",
    }
)

Spot: TypeAlias = tuple[int, int]  # line and column of a node


class Decorated(TypedDict):
    """`@router.get("/items", dependencies=[...])` on a function."""

    function: str  # qualified name
    label: str  # GET /items
    router: str  # as written
    dependencies: list[Spot]


class Wired(TypedDict):
    """A call of `include_router`, `add_api_route` or `add_api_websocket_route`."""

    verb: str
    parent: str  # the router or application it is called on, as written
    given: list[str]  # its first two arguments, as written
    within: str  # the class it stands in
    made: list[Spot]  # where it calls the function that makes the router it includes
    label: str  # GET /items; of what adds a route
    prefix: str  # of what includes a router
    dependencies: list[Spot]


class Made(TypedDict):
    """`router = APIRouter(prefix="/items", dependencies=[...])`."""

    prefix: str
    dependencies: list[Spot]


def decorated(tree: Tree) -> Iterator[Decorated]:
    """The routes that decorators register, in the order of the functions."""
    for name, node in tree.functions.items():
        for call in map(_registration, node.decorator_list):
            if call is not None and isinstance(call.func, ast.Attribute):
                yield {
                    "function": name,
                    "label": f"{call.func.attr.upper()} {_path(call)}",
                    "router": dotted_name(call.func.value),
                    "dependencies": _spots(call),
                }


def wired(tree: Tree) -> Iterator[Wired]:
    """The calls that include routers and add routes."""
    for call in tree.wiring:
        if isinstance(call.func, ast.Attribute):
            yield {
                "verb": call.func.attr,
                "parent": dotted_name(call.func.value),
                "given": [dotted_name(_given(call.func.attr, item)) for item in call.args[:2]],
                "within": _class_around(tree, call),
                "made": [*map(_spot, _made(call))],
                "label": f"{_verb(call)} {_path(call)}",
                "prefix": _prefix(call),
                "dependencies": _spots(call),
            }


def _made(call: ast.Call) -> list[ast.expr]:
    """What makes the router that is included: `include_router(make_router("notes", Note))`."""
    return [item for item in call.args[:1] if isinstance(item, ast.Call)]


def _class_around(tree: Tree, call: ast.Call) -> str:
    around = (
        name for name, node in tree.classes.items() if node.lineno <= call.lineno <= (node.end_lineno or 0)
    )
    return next(around, "")


def _given(verb: str, node: ast.expr) -> ast.expr:
    """An argument, or the function that makes a router where it is included: `include_router(made())`."""
    return node.func if verb == "include_router" and isinstance(node, ast.Call) else node


def routers(tree: Tree) -> dict[str, Made]:
    """What is made by a call and assigned, and lends its routes a prefix or dependencies."""
    calls = {name: node for name, node in tree.assigns.items() if isinstance(node, ast.Call)}
    found: dict[str, Made] = {
        name: {"prefix": _prefix(call), "dependencies": _spots(call)} for name, call in calls.items()
    }
    return {name: made for name, made in found.items() if made["prefix"] or made["dependencies"]}


def listed(tree: Tree) -> dict[Spot, ast.expr]:
    """The nodes of all dependencies, and of what makes routers, that the others give the places of."""
    decorators = (item for node in tree.functions.values() for item in node.decorator_list)
    calls = (
        node for node in (*decorators, *tree.wiring, *tree.assigns.values()) if isinstance(node, ast.Call)
    )
    return {_spot(item): item for call in calls for item in (*_elements(call), *_made(call))}


def below_route(node: FunctionNode) -> list[ast.expr]:
    """The decorators that wrap a handler before it is registered, the outermost first."""
    places = [place for place, item in enumerate(node.decorator_list) if _registration(item) is not None]
    return node.decorator_list[places[-1] + 1 :] if places else node.decorator_list


def _registration(decorator: ast.expr) -> ast.Call | None:
    """`@router.get("/x")`, or what `@protected(router.get, "/x", ...)` makes of its first two arguments."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr=verb)) if verb in _VERBS and _is_route(decorator):
            return decorator
        case ast.Call(
            args=[ast.Attribute(attr=verb) as method, ast.Constant(value=str()) as path, *_],
            keywords=keywords,
        ) if verb in _VERBS:
            return ast.Call(func=method, args=[path], keywords=keywords)
        case _:
            return None


def _is_route(call: ast.Call) -> bool:
    """`@cache.get("x")` is one too by its looks; a path starts with a slash or is empty."""
    path = _path(call)
    return path == "" or path.startswith(("/", "{"))


def _path(call: ast.Call) -> str:
    candidates = [*call.args[:1], *(item.value for item in call.keywords if item.arg == "path")]
    for node in candidates:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr):
            return "/" + "".join(
                str(item.value) for item in node.values if isinstance(item, ast.Constant)
            ).lstrip("/")
        if isinstance(node, ast.Name | ast.Attribute):
            return f"/{dotted_name(node)}"
    return ""


def _verb(call: ast.Call) -> str:
    methods = [
        item.value for item in call.keywords if item.arg == "methods" and isinstance(item.value, ast.List)
    ]
    verbs = [str(item.value) for node in methods for item in node.elts if isinstance(item, ast.Constant)]
    return verbs[0] if verbs else "GET"


def _prefix(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg == "prefix" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _spots(call: ast.Call) -> list[Spot]:
    return [*map(_spot, _elements(call))]


def _spot(node: ast.expr) -> Spot:
    return node.lineno, node.col_offset


def _elements(call: ast.Call) -> list[ast.expr]:
    for keyword in call.keywords:
        if keyword.arg == "dependencies" and isinstance(keyword.value, ast.List | ast.Tuple):
            return keyword.value.elts
    return []
