"""Entry points: routes with the dependencies that run before them. No file is parsed to find them."""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from specward.code.dataflow.sources.program import Program, dotted_name
from specward.code.dataflow.sources.registrations import Decorated, Spot, Wired, below_route
from specward.code.dataflow.sources.source import FunctionNode, Source
from specward.code.dataflow.sources.tree import INSIDE
from specward.code.dataflow.values import Definition

__all__ = ["Dependency", "Route", "below_route", "find_routes"]

_Endpoint: TypeAlias = tuple[str, Source, str, Definition | None]  # label, file, function, class of a view
_Calls: TypeAlias = dict[tuple[str, str], list[tuple[Source, Wired]]]  # function -> calls of it
_Included: TypeAlias = dict[tuple[str, str], tuple[Source, Wired]]  # router -> where it is included first


class Dependency(NamedTuple):
    """What stands in `Depends(...)`."""

    source: Source  # the module it stands in
    spot: Spot

    @property
    def module(self) -> str:
        """The path of its module."""
        return self.source.path

    @property
    def node(self) -> ast.expr:
        """What stands there."""
        return self.source.dependencies[self.spot]


class Route(NamedTuple):
    """A handler with the dependencies of its decorator and of the routers it hangs on."""

    label: str  # GET /{id}, as its decorator has it
    source: Source
    name: str
    owner: Definition | None
    dependencies: tuple[Dependency, ...]
    prefix: str = ""  # /api/items: what its routers put before its path
    made: Dependency | None = None  # the call of the function that it stands in

    @property
    def shown(self) -> str:
        """How its callers know it: GET /api/items/{id}."""
        verb, _, path = self.label.partition(" ")
        return f"{verb} {self.prefix}{path}"

    @property
    def module(self) -> str:
        """The path of its module."""
        return self.source.path

    @property
    def maker(self) -> str:
        """The function that the handler stands in; "" for none."""
        return self.name.rpartition(INSIDE)[0]

    @property
    def node(self) -> FunctionNode:
        """The handler."""
        return self.source.functions[self.name]


class _Lent(NamedTuple):
    """What the routers above a route put before it."""

    prefix: str = ""
    dependencies: tuple[Dependency, ...] = ()


def find_routes(program: Program) -> list[Route]:
    """All routes of the program, in the order of the files."""
    included = _included(program)
    routes: list[Route] = []
    made = _made(program)
    for path in sorted(program.sources):
        source = program.sources[path]
        for item in source.outline["decorated"]:
            routes += _of_function(program, source, item, included, made)
        for call in source.outline["wired"]:
            routes += _added(program, source, call, included)
    return routes


def _of_function(
    program: Program, source: Source, item: Decorated, included: _Included, made: _Calls
) -> Iterator[Route]:
    """The route of a handler; of one in a function that makes a router, one for each call of that."""
    outer, inside, _ = item["function"].rpartition(INSIDE)
    owner, dot, _ = ("" if inside else item["function"]).rpartition(".")
    definition = Definition(source.path, owner) if dot else None
    maker = (source.path, outer)
    for where in made.get(maker) or (None,):
        around = included if where is None else {**included, maker: where}
        lent = _of_router(program, source, item["router"], around, outer)
        dependencies = (*_listed(source, item["dependencies"]), *lent.dependencies)
        call = next(_listed(where[0], where[1]["made"])) if where is not None else None
        yield Route(item["label"], source, item["function"], definition, dependencies, lent.prefix, call)


def _listed(source: Source, spots: Iterable[Spot]) -> Iterator[Dependency]:
    return (Dependency(source, (line, column)) for line, column in spots)


def _of_router(
    program: Program, source: Source, router: str, included: _Included, outer: str = "", depth: int = 4
) -> _Lent:
    """What the router itself lends, and every router and application that includes it.

    Args:
        program: The program.
        source: The file.
        router: The router, as written.
        included: Where routers are included.
        outer: The function that makes it, if one does.
        depth: How many more routers are followed.
    """
    inner = f"{outer}{INSIDE}{router}"
    found = program.find(source.path, inner if inner in source else router) if router else None
    if found is None or not depth:
        return _Lent()
    is_made = found.name not in found.source.functions and found.name not in found.source.classes
    made = found.source.outline["routers"].get(found.name) if is_made else None
    lent = _Lent(made["prefix"], (*_listed(found.source, made["dependencies"]),)) if made else _Lent()
    where = included.get((found.module, found.name)) or included.get((source.path, outer))
    if not where:
        return lent
    parent, call = where
    above = _of_router(program, parent, call["parent"], included, depth=depth - 1)
    return _Lent(
        above.prefix + call["prefix"] + lent.prefix,
        (*lent.dependencies, *_listed(parent, call["dependencies"]), *above.dependencies),
    )


def _included(program: Program) -> _Included:
    """Where each router is included."""
    found: _Included = {}
    for source in program.sources.values():
        for call in source.outline["wired"]:
            if call["verb"] == "include_router" and call["given"]:
                router = program.find(source.path, call["given"][0])
                if router is not None:
                    found.setdefault((router.module, router.name), (source, call))
    return found


def _made(program: Program) -> _Calls:
    """Where functions are called that make the routers which are included."""
    found: _Calls = {}
    for source in program.sources.values():
        for call in source.outline["wired"]:
            maker = program.find(source.path, call["given"][0]) if call["made"] else None
            if maker is not None:
                found.setdefault((maker.module, maker.name), []).append((source, call))
    return found


def _added(program: Program, source: Source, call: Wired, included: _Included) -> list[Route]:
    """`router.add_api_route("/items/{id}", read_item, methods=["GET"])`."""
    if not (call["verb"].endswith("route") and len(call["given"]) > 1):
        return []
    lent = _of_router(program, source, call["parent"], included)
    dependencies = (*_listed(source, call["dependencies"]), *lent.dependencies)
    return [
        Route(label, handler, name, owner, dependencies, lent.prefix)
        for label, handler, name, owner in _endpoints(program, source, call)
    ]


def _endpoints(program: Program, source: Source, call: Wired) -> Iterator[_Endpoint]:
    """What a call registers: a function, or methods of a class and of those that derive from it."""
    given = call["given"][1]
    found = program.find(source.path, given)
    if found is not None:
        if found.name in found.source.functions:
            yield call["label"], found.source, found.name, None
        return
    around = _class_of(program, source, call)
    for view in _leaves(program, around) if around is not None else ():
        named = [(call["label"], given.rpartition(".")[2])] if given else dict.fromkeys(_said(program, view))
        for label, name in named:
            method = program.method(view, name)
            if method is not None:
                owner = method[0]
                yield label, program.source(owner.module), f"{owner.name}.{name}", view


def _class_of(program: Program, source: Source, call: Wired) -> Definition | None:
    """The class whose method is registered: `self.show` in it, or `views.show` of `views = Views()`."""
    holder = call["given"][1].rpartition(".")[0]
    if call["within"] and holder in {"", "self", "cls"}:
        return Definition(source.path, call["within"])
    made = program.find(source.path, holder) if holder else None
    if made is None or not isinstance(made.node, ast.Call):
        return None
    cls = program.find(made.module, dotted_name(made.node.func))
    return Definition(cls.module, cls.name) if cls is not None and cls.is_class else None


def _leaves(program: Program, cls: Definition) -> Iterator[Definition]:
    """The classes of which objects are made: those that derive from it, or itself."""
    waiting = [cls]
    for item in waiting:  # it grows meanwhile
        below = program.subclasses(item)
        if not below:
            yield item
        waiting += [each for each in below if each not in waiting]


def _said(program: Program, view: Definition) -> Iterator[tuple[str, str]]:
    """What a class says of its methods where a base registers them by their names."""
    for owner in program.ancestry(view):
        for item in program.source(owner.module).outline["views"].get(owner.name, ()):
            yield item["label"], item["method"]
