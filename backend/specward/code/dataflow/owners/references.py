"""What a column or relationship declaration refers to."""

import ast
import re

from specward.code.dataflow.sources.dotted import dotted_name, last_name
from specward.code.dataflow.sources.program import Found, Program
from specward.code.dataflow.values import Definition


def _relation_target(annotation: ast.expr | None, value: ast.expr | None) -> str:
    if isinstance(value, ast.Call) and value.args:
        first = value.args[0]
        if isinstance(first, ast.Lambda):
            first = first.body
        return dotted_name(first).rpartition(".")[2]
    names = _names(annotation) if annotation is not None else []
    wanted = [name for name in names if name.rpartition(".")[2] not in _WRAPPERS]
    return wanted[-1].rpartition(".")[2] if wanted else ""


_WRAPPERS = frozenset(
    {
        "Mapped",
        "List",
        "list",
        "Optional",
        "Set",
        "set",
        "None",
        "Union",
        "Sequence",
        "Relationship",
        "DynamicMapped",
        "WriteOnlyMapped",
        "WriteOnlyCollection",
        "AppenderQuery",
        "typing",
        "Annotated",
        "Collection",
        "Iterable",
    }
)


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.findall(r"[A-Za-z_][\w.]*", node.value)
    found: list[str] = []
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            found.append(item.id)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            found += re.findall(r"[A-Za-z_][\w.]*", item.value)
    return found


def _reference(
    program: Program, owner: Definition, annotation: ast.expr | None, value: ast.expr | None
) -> str:
    for node in (value, annotation, *_aliases(program, owner, annotation), *_aliases(program, owner, value)):
        reference = _reference_in(node) if node is not None else ""
        if reference:
            return reference
    return ""


def _reference_in(root: ast.expr) -> str:
    for node in ast.walk(root):
        if isinstance(node, ast.Call):
            if last_name(node.func) == "ForeignKey" and node.args:
                return _target_text(node.args[0])
            for keyword in node.keywords:
                if keyword.arg == "foreign_key":
                    return _target_text(keyword.value)
    return ""


def _target_text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return ".".join(text.split(".")[-2:])
        case ast.JoinedStr(values=values):
            tail = [str(item.value) for item in values if isinstance(item, ast.Constant)]
            named = [dotted_name(item.value) for item in values if isinstance(item, ast.FormattedValue)]
            head = named[0].removesuffix(".__tablename__") if named else ""
            return f"{head.rpartition('.')[2]}{tail[-1] if tail else '.id'}"
        case _:
            return ".".join(dotted_name(node).removesuffix(".__table__").replace(".c.", ".").split(".")[-2:])


def _aliases(program: Program, owner: Definition, node: ast.expr | None) -> list[ast.expr]:
    """What names in an annotation stand for: `user_fk = Annotated[int, mapped_column(ForeignKey(...))]`."""
    if node is None:
        return []
    result: list[ast.expr] = []
    for name in [item.id for item in ast.walk(node) if isinstance(item, ast.Name)]:
        found: Found | None = program.find(owner.module, name)
        if found is not None and isinstance(found.node, ast.Subscript | ast.Call):
            result.append(found.node)
    return result


def _alias_flag(program: Program, owner: Definition, annotation: ast.expr | None) -> bool:
    return any(
        _flag(part, "primary_key")
        for alias in _aliases(program, owner, annotation)
        for part in ast.walk(alias)
        if isinstance(part, ast.Call)
    )


def _flag(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and any(
        keyword.arg == name and _is_true(keyword.value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
    )


def _assigned(node: ast.ClassDef, name: str) -> ast.expr | None:
    for member in node.body:
        match member:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                return value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                return value
            case _:
                pass
    return None


def _last_subscript(node: ast.expr | None) -> str:
    return last_name(node.value) if isinstance(node, ast.Subscript) else ""


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
