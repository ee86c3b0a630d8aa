"""Runs inside the application's own interpreter: what its document says and what its router answers.

It is started as a script, needs nothing but the standard library, and works on any FastAPI from 0.100 on.
Usage: probe.py MODULE:ATTRIBUTE[()] FOLDER ANSWER_FILE
"""

import functools
import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from types import FrameType  # noqa: TC003 -- one name, which is loaded anyway

Found = dict[str, object]
_READING = frozenset({"open", "os.listdir", "os.scandir"})  # audit events, from CPython's table of them
_VERBS = ("get", "put", "post", "delete", "options", "patch", "trace")
_ROUTERS = (("starlette.routing", "Router"), ("fastapi.routing", "APIRouter"))
_ADDING = (
    "add_api_route",
    "add_api_websocket_route",
    "add_route",
    "add_websocket_route",
    "include_router",
    "mount",
)


def load(entry: str) -> object:
    """The application an entry point names; with `()` the name is called."""
    module, _, attribute = entry.partition(":")
    app: object = importlib.import_module(module)
    for name in attribute.removesuffix("()").split("."):
        app = getattr(app, name)
    return app() if attribute.endswith("()") and callable(app) else app


def describe(app: object) -> Found:
    """The documents of an application and of those mounted on it, and every route of its routers."""
    if not hasattr(app, "routes"):
        raise TypeError(f"the entry point leads to {type(app).__name__}, which is not a FastAPI application")
    parts: dict[str, list[object]] = {"documents": [], "made": [], "replaced": []}
    routes = list(walk(app, "", parts))
    return {**parts, "routes": routes}


def walk(app: object, prefix: str, parts: dict[str, list[object]]) -> Iterator[Found]:
    """The routes of an application or router, whatever its document says."""
    openapi = getattr(app, "openapi", None)
    if callable(openapi):
        parts["made"] += [[prefix, document] for document in made(app)]
        parts["documents"].append([prefix, openapi()])
    overrides = getattr(app, "dependency_overrides", None)
    for original, other in overrides.items() if isinstance(overrides, dict) else ():
        name = getattr(original, "__qualname__", type(original).__qualname__)
        parts["replaced"].append({"name": name, **place(other)})
    for route in contexts(getattr(app, "routes", None) or ()):
        yield from route_operations(route, prefix, parts)
    router = getattr(app, "router", app)
    for group in getattr(router, "_iter_low_priority_routes", tuple)():
        original = getattr(group, "original_route", group)
        for frontend in getattr(original, "routes", ()):
            path = prefix + getattr(group, "frontend_prefix", "") + frontend.path.rstrip("/")
            yield operation("ANY", path + "/{path}", None)


def made(app: object) -> Iterator[object]:
    """The document that FastAPI makes of an application's routes, where the application has its own."""
    kind = getattr(sys.modules.get("fastapi.applications"), "FastAPI", None)
    if kind is None or not isinstance(app, kind):
        return
    kept = getattr(app, "openapi_schema", None)
    if kept is None and getattr(app.openapi, "__func__", None) is kind.openapi:
        return
    app.openapi_schema = None
    yield kind.openapi(app)
    app.openapi_schema = kept


def contexts(routes: Iterable[object]) -> Iterable[object]:
    """The routes with the prefixes of the routers that include them; newer versions resolve these late."""
    routing = sys.modules.get("fastapi.routing")
    resolve = getattr(routing, "iter_route_contexts", None)
    if not callable(resolve):
        return routes
    resolved: Iterable[object] = resolve(routes)
    return resolved


def route_operations(route: object, prefix: str, parts: dict[str, list[object]]) -> Iterator[Found]:
    """The operations behind one route: of a path, a web socket, a mount or a host."""
    original = getattr(route, "original_route", route)
    kinds = {kind.__name__ for kind in type(original).__mro__}
    path = prefix + str(getattr(route, "path_format", None) or getattr(route, "path", ""))
    endpoint = getattr(route, "endpoint", None)
    if "Mount" in kinds or "Host" in kinds:
        inner = getattr(original, "app", None)
        under = prefix + (str(getattr(route, "path", "")) if "Mount" in kinds else "")
        if getattr(inner, "routes", None) is None:
            yield operation("ANY", under + "/{path}", inner)
        else:
            yield from walk(inner, under, parts)
    elif "WebSocketRoute" in kinds:
        yield operation("WEBSOCKET", path, endpoint)
    else:
        for method in methods(getattr(route, "methods", None), endpoint):
            yield operation(method, path, endpoint)


def methods(declared: object, endpoint: object) -> list[str]:
    """The methods of a route. The HEAD that Starlette adds to every GET is not one of its own."""
    if isinstance(declared, set | frozenset | list | tuple) and declared:
        names = sorted(str(name) for name in declared)
        return [name for name in names if name != "HEAD" or "GET" not in names]
    served = [verb.upper() for verb in _VERBS if inspect.isclass(endpoint) and hasattr(endpoint, verb)]
    return served or ["ANY"]


def operation(method: str, path: str, endpoint: object) -> Found:
    """One operation with the place of its handler."""
    is_docs = getattr(unwrapped(endpoint), "__module__", None) == "fastapi.applications"
    return {"method": method, "path": path or "/", **place(endpoint), "docs": is_docs}


def place(function: object) -> Found:
    """Where a function is written."""
    code = getattr(unwrapped(function), "__code__", None)
    return {"file": getattr(code, "co_filename", None), "line": getattr(code, "co_firstlineno", None)}


def unwrapped(function: object) -> object:
    """A function without what has been put around it."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.unwrap(function) if callable(function) else function


def failure(error: BaseException, folder: str) -> Found:
    """The application's own error, and the last line of its own code that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename, folder)]
    message = " ".join("".join(traceback.format_exception_only(type(error), error)).split())
    found: Found = {"error": message}
    if isinstance(error, SyntaxError) and error.filename:
        found.update(file=error.filename, line=error.lineno)
    elif own:
        found.update(file=own[-1].filename, line=own[-1].lineno)
    return found


def listen(read: set[str]) -> None:
    """Note each file that is opened and each folder that is listed from now on."""

    def note(event: str, arguments: tuple[object, ...]) -> None:
        is_written = event == "open" and set(str(arguments[1])) & set("wax+")
        if event in _READING and isinstance(arguments[0], str) and not is_written:
            read.add(os.path.abspath(arguments[0]))  # noqa: PTH100 -- spares the import of pathlib

    sys.addaudithook(note)


def watch(folder: str, passed: set[tuple[str, int]]) -> None:
    """Note each line of the project's code that adds to a router from now on."""
    for module, name in _ROUTERS:
        kind = getattr(importlib.import_module(module), name)
        for method in _ADDING:
            if method in vars(kind):
                setattr(kind, method, noting(vars(kind)[method], folder, passed))


def noting(method: Callable[..., object], folder: str, passed: set[tuple[str, int]]) -> Callable[..., object]:
    """A method that notes which line of the project has led to its call."""

    @functools.wraps(method)
    def noted(*arguments: object, **named: object) -> object:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the way to the frames that is there
        while frame and not is_own(frame.f_code.co_filename, folder):
            frame = frame.f_back
        if frame:
            passed.add((frame.f_code.co_filename, frame.f_lineno))
        return method(*arguments, **named)

    return noted


def is_own(file: str, folder: str) -> bool:
    """Whether a file is the project's, and not a package's that is installed within."""
    return file.startswith(folder + os.sep) and file != __file__ and "site-packages" not in file


def imported() -> set[str]:
    """The sources of all modules: one that is compiled already is not opened again."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {file for file in files if isinstance(file, str)}


def main(entry: str, folder: str, answer: str) -> None:
    """Write the answer and end at once, whatever threads the application has started."""
    sys.path[0] = folder  # in place of this script's own folder
    read: set[str] = set()
    passed: set[tuple[str, int]] = set()
    listen(read)
    try:
        watch(folder, passed)
        found = describe(load(entry))
        loaded = imported()
        own = sorted(file for file in loaded if is_own(file, folder))
        text = json.dumps({**found, "passed": sorted(passed), "loaded": own, "read": sorted(read | loaded)})
    except BaseException as error:  # noqa: BLE001 -- whatever the application raises is the answer
        text = json.dumps(failure(error, folder))
    with open(answer, "w", encoding="utf-8") as stream:  # noqa: PTH123 -- spares the import of pathlib
        stream.write(text)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
