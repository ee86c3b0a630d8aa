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
from collections.abc import Iterable, Iterator

Found = dict[str, object]
_READING = frozenset({"open", "os.listdir", "os.scandir"})  # audit events, from CPython's table of them
_VERBS = ("get", "put", "post", "delete", "options", "patch", "trace")


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
        raise TypeError(f"the entry point leads to {type(app).__name__}, which is no FastAPI application")
    documents: list[object] = []
    routes = list(walk(app, "", documents))
    return {"documents": documents, "routes": routes}


def walk(app: object, prefix: str, documents: list[object]) -> Iterator[Found]:
    """The routes of an application or router, whatever its document says."""
    openapi = getattr(app, "openapi", None)
    if callable(openapi):
        documents.append([prefix, openapi()])
    for route in contexts(getattr(app, "routes", None) or ()):
        yield from route_operations(route, prefix, documents)
    router = getattr(app, "router", app)
    for group in getattr(router, "_iter_low_priority_routes", tuple)():
        original = getattr(group, "original_route", group)
        for frontend in getattr(original, "routes", ()):
            path = prefix + getattr(group, "frontend_prefix", "") + frontend.path.rstrip("/")
            yield operation("ANY", path + "/{path}", None)


def contexts(routes: Iterable[object]) -> Iterable[object]:
    """The routes with the prefixes of the routers that include them; newer versions resolve these late."""
    routing = sys.modules.get("fastapi.routing")
    resolve = getattr(routing, "iter_route_contexts", None)
    if not callable(resolve):
        return routes
    resolved: Iterable[object] = resolve(routes)
    return resolved


def route_operations(route: object, prefix: str, documents: list[object]) -> Iterator[Found]:
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
            yield from walk(inner, under, documents)
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
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    endpoint = inspect.unwrap(endpoint) if callable(endpoint) else endpoint
    code = getattr(endpoint, "__code__", None)
    return {
        "method": method,
        "path": path or "/",
        "file": getattr(code, "co_filename", None),
        "line": getattr(code, "co_firstlineno", None),
        "docs": getattr(endpoint, "__module__", None) == "fastapi.applications",
    }


def failure(error: BaseException, folder: str) -> Found:
    """The application's own error, and the last line of its own code that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(folder + os.sep)]
    own = [frame for frame in own if frame.filename != __file__ and "site-packages" not in frame.filename]
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


def imported() -> set[str]:
    """The sources of all modules: one that is compiled already is not opened again."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {file for file in files if isinstance(file, str)}


def main(entry: str, folder: str, answer: str) -> None:
    """Write the answer and end at once, whatever threads the application has started."""
    sys.path[0] = folder  # in place of this script's own folder
    read: set[str] = set()
    listen(read)
    try:
        text = json.dumps({**describe(load(entry)), "read": sorted(read | imported())})
    except BaseException as error:  # noqa: BLE001 -- whatever the application raises is the answer
        text = json.dumps(failure(error, folder))
    with open(answer, "w", encoding="utf-8") as stream:  # noqa: PTH123 -- spares the import of pathlib
        stream.write(text)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
