"""One file's nodes: what it defines, imports and wires together. They depend on its text alone."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from types import FrameType  # noqa: TC003 -- one name, which is loaded anyway
from typing import NamedTuple, TypeAlias

from specward.patterns import pattern

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Tree(NamedTuple):
    """What a file contributes to the program."""

    imports: dict[str, str]  # local name -> dotted name; relative ones start with dots
    stars: tuple[str, ...]  # modules imported with *
    functions: dict[str, FunctionNode]  # by qualified name; methods as Class.method
    classes: dict[str, ast.ClassDef]
    assigns: dict[str, ast.expr]  # the last assignment to a module-level name
    wiring: tuple[ast.Call, ...]  # include_router, add_api_route, mount: wherever they stand
    mapped: tuple[ast.Call, ...] = ()  # map_imperatively: wherever it stands
    later: tuple[tuple[str, ast.expr | None], ...] = ()  # None until a function sets them; annotation


INSIDE = "/"  # in the name of what a function defines: `make_router/read`

_WIRING = frozenset(
    {"include_router", "add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route"}
)
_WIRES = pattern(r"include_router|add_\w*route")
_MAPPING = frozenset({"map_imperatively"})


def parse(text: str) -> Tree | None:
    """The nodes of one file; None where it is not Python that this interpreter can parse."""
    module = module_of(text)
    if module is None:
        return None
    wiring = _calls(module, _WIRING) if _WIRES.search(text) else ()
    tree = Tree({}, (), {}, {}, {}, wiring, _calls(module, _MAPPING) if "map_imper" in text else ())
    stars: list[str] = []
    _collect(module.body, tree, stars)
    for name, node in [*tree.functions.items()]:
        _collect_inside(name, node, tree)
    return tree._replace(stars=tuple(stars), later=_set_later(module) if "global " in text else ())


def module_of(text: str) -> ast.Module | None:
    """The syntax tree of one file, newer syntax in the words of an older one; None where it is no Python."""
    text = text.removeprefix("\ufeff")  # which the parser takes for a character that no file may have
    return _parse(text) or _parse(_older(text))


_DEEPEST_TREE = 1_000


def _parse(text: str) -> ast.Module | None:
    """The tree, if it is not deeper than the parser's default allows (it goes by the interpreter's limit)."""
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(_DEEPEST_TREE + _depth())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    finally:
        sys.setrecursionlimit(limit)


def _depth() -> int:
    """How deep the interpreter is: a file is also parsed in the middle of the analysis."""
    depth = 0
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 -- `inspect` is a slow way to the same
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


_EXCEPT = pattern(r"^(\s*except\*?\s+)([\w.]+(?:\s*,\s*[\w.]+)+)(\s*:)", re.MULTILINE)
_TYPE_PARAMETERS = pattern(
    r"^(\s*(?:class|def|async def)\s+\w+)\[[^\]\n]*(?:\[[^\]\n]*\][^\]\n]*)*\]", re.MULTILINE
)
_TYPE_ALIAS = pattern(r"^type\s+(\w+)(?:\[[^\]\n]*\])?\s*=", re.MULTILINE)


def _older(text: str) -> str:
    """Syntax newer than this interpreter, in the words of an older one; lines stay where they are."""
    text = _EXCEPT.sub(r"\1(\2)\3", text)
    text = _TYPE_PARAMETERS.sub(r"\1", text)
    return _TYPE_ALIAS.sub(r"\1 =", text)


def _set_later(tree: ast.Module) -> tuple[tuple[str, ast.expr | None], ...]:
    """`db: Database | None = None`, where a function says `global db`."""
    rebound = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    found: dict[str, ast.expr | None] = {}
    for node in tree.body:
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=annotation, value=ast.Constant(value=None)
            ) if name in rebound:
                found[name] = annotation
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=None)) if name in rebound:
                found[name] = None
            case _:
                pass
    return tuple(found.items())


def _calls(tree: ast.Module, names: frozenset[str]) -> tuple[ast.Call, ...]:
    """The calls of methods of these names, under another name too: `add = self.router.add_api_route`."""
    nodes = [*ast.walk(tree)]
    kept = [node for node in nodes if isinstance(node, ast.Assign) and _is_method(node.value, names)]
    called = {
        target.id: node.value for node in kept for target in node.targets if isinstance(target, ast.Name)
    }
    found = []
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in called:
            call = ast.Call(called[node.func.id], node.args, node.keywords)
            found.append(ast.copy_location(call, node))
        elif _is_method(node.func, names):
            found.append(node)
    return tuple(found)


def _is_method(node: ast.expr, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in names


def _collect(body: list[ast.stmt], tree: Tree, stars: list[str]) -> None:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            tree.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            _collect_class(node, tree)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                tree.imports[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            _collect_names(node, tree, stars)
        else:
            _collect_other(node, tree, stars)


def _collect_inside(outer: str, node: FunctionNode, tree: Tree) -> None:
    """What a function that makes a router or an application defines: handlers, and what they hang on."""
    handlers = [item for item in _below(node.body) if _is_decorated(item)]
    for item in handlers:
        tree.functions.setdefault(f"{outer}{INSIDE}{item.name}", item)
    for statement in node.body if handlers else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                tree.assigns[f"{outer}{INSIDE}{name}"] = value
            case _:
                pass


def _below(body: list[ast.stmt]) -> Iterator[FunctionNode]:
    """The functions that stand in a function, also below a condition."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node
            case ast.If(body=inner, orelse=other):
                yield from _below([*inner, *other])
            case ast.Try(body=inner) | ast.With(body=inner):
                yield from _below(inner)
            case _:
                pass


def _is_decorated(node: FunctionNode) -> bool:
    """Whether a function may be a handler: `@router.get("/items")`."""
    return any(
        isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) for item in node.decorator_list
    )


def _collect_names(node: ast.ImportFrom, tree: Tree, stars: list[str]) -> None:
    base = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            stars.append(base)
        else:
            dot = "" if base.endswith(".") or not base else "."
            tree.imports[alias.asname or alias.name] = base + dot + alias.name


def _collect_class(node: ast.ClassDef, tree: Tree) -> None:
    tree.classes[node.name] = node
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            tree.functions[f"{node.name}.{member.name}"] = member


def _collect_other(node: ast.stmt, tree: Tree, stars: list[str]) -> None:
    match node:
        case ast.Assign(targets=targets, value=value):
            for name, part in (pair for target in targets for pair in _pairs(target, value)):
                if isinstance(name, ast.Name):
                    tree.assigns[name.id] = part
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            tree.assigns[name] = value
        case ast.If(body=body, orelse=orelse):
            _collect([*body, *orelse], tree, stars)
        case ast.Try(body=body, handlers=handlers, orelse=orelse):
            _collect(body + orelse, tree, stars)
            for handler in handlers:
                _collect(
                    [item for item in handler.body if isinstance(item, ast.Import | ast.ImportFrom)],
                    tree,
                    stars,
                )
        case ast.With(body=body):
            _collect(body, tree, stars)
        case _ if type(node).__name__ == "TypeAlias":  # `type X = ...`, Python 3.12
            tree.assigns[node.name.id] = node.value  # type: ignore[attr-defined]
        case _:
            pass


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """`A, B = orm.accounts.c, orm.books.c`: each name with what it stands for."""
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=parts) if len(names) == len(parts):
            return [*zip(names, parts, strict=True)]
        case _:
            return [(target, value)]
