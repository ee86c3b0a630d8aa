"""Names as they are written."""

import ast


def dotted_name(node: ast.AST) -> str:
    """`a.b.c` as text; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            head = dotted_name(value)
            return f"{head}.{attr}" if head else ""
        case ast.Constant(value=str(name)) if name.replace(".", "_").isidentifier():
            return name
        case _:
            return ""


def last_name(node: ast.AST) -> str:
    """The last part of the name of what stands there, or is called there."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
