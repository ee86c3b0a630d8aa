"""Entry points: routes with the dependencies that run before them."""

import ast
from typing import NamedTuple, TypeAlias

from specward.code.dataflow.sources.program import Program, dotted_name
from specward.code.dataflow.sources.source import FunctionNode, Source
from specward.code.dataflow.values import Definition

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
_WRITES_PATH = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket", "route"}
)


_Included: TypeAlias = dict[tuple[str, str], list[tuple[str, ast.Call]]]  # router -> where it is included


class Dependency(NamedTuple):
    """What stands in `Depends(...)`, and the module it stands in."""

    module: str
    node: ast.expr


class Route(NamedTuple):
    """A handler with the dependencies of its decorator and of the routers it hangs on."""

    label: str  # GET /items/{id}
    module: str
    name: str
    node: FunctionNode
    owner: Definition | None
    dependencies: tuple[Dependency, ...]


def find_routes(program: Program) -> list[Route]:
    """All routes of the program, in the order of the files."""
    included = _included(program)
    routes = []
    for path in sorted(program.sources):
        source = program.sources[path]
        if not source.outline["has_routes"]:
            continue
        for name, node in source.functions.items():
            routes += _of_function(program, source, name, node, included)
        for call in source.tree.wiring:
            routes += _added(program, source, call, included)
    return routes


def _of_function(
    program: Program,
    source: Source,
    name: str,
    node: FunctionNode,
    included: _Included,
) -> list[Route]:
    routes = []
    for decorator in (_registration(item) for item in node.decorator_list):
        if decorator is None or not isinstance(decorator.func, ast.Attribute):
            continue
        router = dotted_name(decorator.func.value)
        owner, dot, _ = name.rpartition(".")
        dependencies = (*_listed(source.path, decorator), *_of_router(program, source, router, included))
        label = f"{decorator.func.attr.upper()} {_path(decorator)}"
        routes.append(
            Route(
                label, source.path, name, node, Definition(source.path, owner) if dot else None, dependencies
            )
        )
    return routes


def below_route(node: FunctionNode) -> list[ast.expr]:
    """The decorators that wrap a handler before it is registered, the outermost first."""
    places = [place for place, item in enumerate(node.decorator_list) if _registration(item) is not None]
    return node.decorator_list[places[-1] + 1 :] if places else []


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


def _listed(path: str, call: ast.Call) -> list[Dependency]:
    for keyword in call.keywords:
        if keyword.arg == "dependencies" and isinstance(keyword.value, ast.List | ast.Tuple):
            return [Dependency(path, item) for item in keyword.value.elts]
    return []


def _of_router(
    program: Program,
    source: Source,
    router: str,
    included: _Included,
    depth: int = 4,
) -> list[Dependency]:
    """Dependencies of the router itself and of every router and application that includes it."""
    found = program.find(source.path, router) if router else None
    if found is None or not depth:
        return []
    dependencies = _listed(found.module, found.node) if isinstance(found.node, ast.Call) else []
    calls = included.get((found.module, found.name), [])
    for path, call in calls[:1]:
        dependencies += _listed(path, call)
        if isinstance(call.func, ast.Attribute):
            parent = dotted_name(call.func.value)
            dependencies += _of_router(program, program.sources[path], parent, included, depth - 1)
    return dependencies


def _included(program: Program) -> _Included:
    """Where each router is included."""
    found: _Included = {}
    for source in program.sources.values():
        for call in source.tree.wiring if source.outline["has_routes"] else ():
            if isinstance(call.func, ast.Attribute) and call.func.attr == "include_router" and call.args:
                router = program.find(source.path, dotted_name(call.args[0]))
                if router is not None:
                    found.setdefault((router.module, router.name), []).append((source.path, call))
    return found


def _added(
    program: Program,
    source: Source,
    call: ast.Call,
    included: _Included,
) -> list[Route]:
    """`router.add_api_route("/items/{id}", read_item, methods=["GET"])`."""
    if not (
        isinstance(call.func, ast.Attribute) and call.func.attr.startswith("add_api") and len(call.args) > 1
    ):
        return []
    found = program.find(source.path, dotted_name(call.args[1]))
    if found is None or not isinstance(found.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    methods = [
        item.value for item in call.keywords if item.arg == "methods" and isinstance(item.value, ast.List)
    ]
    verbs = [str(item.value) for node in methods for item in node.elts if isinstance(item, ast.Constant)] or [
        "GET"
    ]
    router = dotted_name(call.func.value)
    dependencies = (*_listed(source.path, call), *_of_router(program, source, router, included))
    return [Route(f"{verbs[0]} {_path(call)}", found.module, found.name, found.node, None, dependencies)]
