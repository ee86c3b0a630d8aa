"""What an annotation tells a framework: `Annotated[T, Depends(f)]`, through aliases and functions."""

import ast
from typing import NamedTuple

from specward.code.dataflow.sources.program import Program, dotted_name

_DEEPEST = 5


class Marked(NamedTuple):
    """An annotation taken apart."""

    type: ast.expr | None
    markers: list[tuple[str, ast.Call]]  # each with the module that it stands in
    module: str  # where the type stands


def unwrap(program: Program, module: str, annotation: ast.expr | None, depth: int = _DEEPEST) -> Marked:
    """Take an annotation apart.

    Args:
        program: The program.
        module: Where the annotation stands.
        annotation: What it is.
        depth: How many more aliases are followed.
    """
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _parse(annotation.value)
    if isinstance(annotation, ast.Subscript) and dotted_name(annotation.value).endswith("Annotated"):
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        calls = [(module, item) for item in inner[1:] if isinstance(item, ast.Call)]
        if not depth:
            return Marked(inner[0], calls, module)
        below = unwrap(program, module, inner[0], depth - 1)
        return below._replace(markers=calls + below.markers)
    if isinstance(annotation, ast.Call) and depth:
        return _unwrap_made(program, module, annotation, depth)
    name = dotted_name(annotation) if annotation is not None else ""
    found = program.find(module, name) if name and depth else None
    if found is not None and isinstance(found.node, ast.Subscript | ast.Call):
        return unwrap(program, found.module, found.node, depth - 1)
    return Marked(annotation, [], module)


def _unwrap_made(program: Program, module: str, call: ast.Call, depth: int) -> Marked:
    """`user: require_scopes("notes")`, where a function of the project returns `Annotated[...]`."""
    found = program.find(module, dotted_name(call.func))
    if found is not None and isinstance(found.node, ast.FunctionDef):
        match found.node.body[-1]:
            case ast.Return(value=ast.Subscript() as made):
                below = unwrap(program, found.module, made, depth - 1)
                return below._replace(markers=[*below.markers, (module, call)])
            case _:
                pass
    return Marked(call, [], module)


def _parse(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None
