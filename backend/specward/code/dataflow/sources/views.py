"""Class-based views of one file: which methods of a class answer requests, where a base registers them."""

import ast
from collections.abc import Iterator
from typing import TypedDict

from specward.code.dataflow.sources.tree import Tree

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


class View(TypedDict):
    """A method that a class says to answer requests."""

    method: str
    label: str  # GET /items/{id}, as far as the class says it


def views(tree: Tree) -> dict[str, list[View]]:
    """What each class names of its methods, in a list of its own or by the verbs they are called after."""
    found = {name: [*_listed(node)] or [*_by_verb(node)] for name, node in tree.classes.items()}
    return {name: listed for name, listed in found.items() if listed}


def _listed(node: ast.ClassDef) -> Iterator[View]:
    """`routes = [("GET", "/{id}", "show")]`."""
    methods, prefix = {*_methods(node)}, _prefix(node)
    for member in node.body:
        if not (isinstance(member, ast.Assign | ast.AnnAssign) and member.value is not None):
            continue
        for display in ast.walk(member.value):
            parts = [*_parts(display)]
            for method in methods.intersection(_texts(parts)):
                yield {"method": method, "label": _label(parts, prefix)}


def _by_verb(node: ast.ClassDef) -> Iterator[View]:
    """`class Items(View): async def get(self, id): ...`."""
    for method in _methods(node):
        if method in _VERBS:
            yield {"method": method, "label": f"{method.upper()} {_prefix(node)}"}


def _methods(node: ast.ClassDef) -> Iterator[str]:
    return (item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))


def _parts(display: ast.AST) -> list[ast.expr]:
    """What one tuple or list holds, or one call is given: `Route("/", "show", methods=["GET"])`."""
    match display:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return parts
        case ast.Call(args=positional, keywords=named):
            return [*positional, *(item.value for item in named)]
        case _:
            return []


def _texts(parts: list[ast.expr]) -> list[str]:
    return [item.value for item in parts if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _label(parts: list[ast.expr], prefix: str) -> str:
    words = [*_texts(parts), *(word for part in parts for word in _texts(_parts(part)))]
    verb = next((word.upper() for word in words if word.lower() in _VERBS), "GET")
    path = next((word for word in words if word.startswith("/")), "")
    return f"{verb} {prefix}{path}"


def _prefix(node: ast.ClassDef) -> str:
    for member in node.body:
        match member:
            case (
                ast.Assign(targets=[ast.Name(id="prefix")], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id="prefix"), value=ast.Constant(value=str(text)))
            ):
                return text
            case _:
                pass
    return ""
