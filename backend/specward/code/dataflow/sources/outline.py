"""One file in names: as long as nobody asks for a node, its text need not be parsed."""

import ast
import re
from collections.abc import Iterator
from typing import TypedDict

from specward.code.dataflow.sources.ddl import Ddl, declared, kept
from specward.code.dataflow.sources.dotted import dotted_name, last_name
from specward.code.dataflow.sources.registrations import (
    Decorated,
    Made,
    Wired,
    decorated,
    routers,
    wired,
)
from specward.code.dataflow.sources.tree import FunctionNode, Tree
from specward.code.dataflow.sources.views import View, views
from specward.patterns import pattern

_TABLE = pattern(r"create\s+table\b", re.IGNORECASE)
_CRITERIA = pattern(r"do_orm_execute.*\bwith_loader_criteria\b", re.DOTALL)
_SCHEMAS = pattern(r"schema_translate_map|SET\s+(LOCAL\s+)?search_path", re.IGNORECASE)
_POLICY = pattern(r"create\s+policy\b", re.IGNORECASE)


class Outline(TypedDict):
    """What a file defines and imports, as JSON.

    Where there may be very many names, they are one long value: that takes half the time to read.
    """

    imports: dict[str, str]  # local name -> dotted name; relative ones start with dots
    stars: list[str]  # modules imported with *
    functions: str  # qualified names, with spaces between them; methods as Class.method
    classes: dict[str, list[str]]  # with the names of their bases
    assigns: str  # module-level names, likewise
    depended: list[str]  # names of types that a dependency gives
    has_tables: bool  # whether it may declare tables
    mapped: list[tuple[str, str]]  # classes and the tables that they are mapped to, as written
    ddl: list[Ddl]  # tables that its text creates in SQL
    has_policies: bool  # whether its text makes policies of row security
    has_schemas: bool  # whether it chooses a schema of the database for a session
    has_criteria: bool  # whether it adds a condition to the statements of a session
    decorated: list[Decorated]  # routes that decorators register
    wired: list[Wired]  # calls that include routers and add routes
    views: dict[str, list[View]]  # methods that classes say to answer requests
    routers: dict[str, Made]  # what routers lend their routes


def outline(tree: Tree, text: str) -> Outline:
    """Give a file's outline."""
    creates = "create" in text.lower()  # a fifth of the time that either expression takes
    return {
        "imports": tree.imports,
        "stars": [*tree.stars],
        "functions": " ".join(tree.functions),
        "classes": {name: [*_bases(node)] for name, node in tree.classes.items()},
        "assigns": " ".join(tree.assigns),
        "depended": sorted({*_depended(tree)} - {""}) if any(map(text.__contains__, _MARKERS)) else [],
        "has_tables": any(map(_is_model, tree.classes.values()))
        or any(map(_is_table, tree.assigns.values())),
        "mapped": [*_mapped(tree)],
        "ddl": [*map(kept, declared(text))] if creates and _TABLE.search(text) else [],
        "has_policies": creates and _POLICY.search(text) is not None,
        "has_schemas": _SCHEMAS.search(text) is not None,
        "has_criteria": _CRITERIA.search(text) is not None,
        "decorated": [*decorated(tree)],
        "wired": [*wired(tree)],
        "views": views(tree),
        "routers": routers(tree),
    }


def outline_of_sql(text: str) -> Outline:
    """Give the outline of a file of SQL, which declares tables and policies."""
    return {
        "imports": {},
        "stars": [],
        "functions": "",
        "classes": {},
        "assigns": "",
        "depended": [],
        "has_tables": False,
        "mapped": [],
        "ddl": [*map(kept, declared(text))],
        "has_policies": _POLICY.search(text) is not None,
        "has_schemas": False,
        "has_criteria": False,
        "decorated": [],
        "wired": [],
        "views": {},
        "routers": {},
    }


def _bases(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        name = dotted_name(base.value if isinstance(base, ast.Subscript) else base)
        if name:
            yield name


def _is_model(node: ast.ClassDef) -> bool:
    """Whether a class declares a table itself: it says so, names one, or has columns."""
    if any(item.arg == "table" for item in node.keywords):
        return True
    return any(_is_of_table(member) for member in node.body)


def _is_of_table(member: ast.stmt) -> bool:
    match member:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=value)
        ):
            return name in {"__table__", "__tablename__"} or _is_called(value, "Column", "mapped_column")
        case _:
            return False


def _is_table(value: ast.expr) -> bool:
    return _is_called(value, "Table")


def _mapped(tree: Tree) -> Iterator[tuple[str, str]]:
    """`registry.map_imperatively(Order, orders)`."""
    for call in tree.mapped:
        named = [*call.args, *(item.value for item in call.keywords if item.arg == "local_table")]
        if len(named) > 1:
            yield dotted_name(named[0]), dotted_name(named[1])


def _is_called(value: ast.expr | None, *names: str) -> bool:
    return isinstance(value, ast.Call) and last_name(value.func) in names


def _depended(tree: Tree) -> Iterator[str]:
    """The types of parameters that a dependency gives: `user: User = Depends(...)`, or `Annotated`."""
    for node in tree.functions.values():
        for argument, default in _with_defaults(node):
            if isinstance(default, ast.Call) and last_name(default.func) in _MARKERS:
                yield dotted_name(argument.annotation or argument)
    arguments = [item.annotation for node in tree.functions.values() for item in node.args.args]
    for value in [*tree.assigns.values(), *arguments]:
        match value:
            case ast.Subscript(slice=ast.Tuple(elts=[first, ast.Call(func=call), *_])) if dotted_name(
                call
            ).endswith(_MARKERS):
                yield dotted_name(first)
            case _:
                pass


_MARKERS = ("Depends", "Security")


def _with_defaults(node: FunctionNode) -> list[tuple[ast.arg, ast.expr | None]]:
    plain = [*node.args.posonlyargs, *node.args.args]
    padding: list[ast.expr | None] = [None] * (len(plain) - len(node.args.defaults))
    pairs = list(zip(plain, padding + list(node.args.defaults), strict=True))
    return [*pairs, *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
