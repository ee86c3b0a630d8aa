"""Rewrites bullets and SQLModel blocks of a data model as tables, for a person to read and to approve.

Only the form changes. What the source leaves open stays open: the reader then asks for it at its place.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.patterns import pattern
from specward.schema.constraints import split as cut
from specward.schema.markdown import Block, parts
from specward.specs.text import split

_BULLET = pattern(
    r"\s*[-*+]\s+(?:\*\*)?`?(?P<name>[A-Za-z_]\w*)`?(?:\*\*)?\s*"
    r"(?:\((?P<bracketed>(?:[^()]|\((?:[^()]|\([^()]*\))*\))+)\)\s*(?:[:\u2013\u2014-]\s*(?P<about>.*))?"
    r"|:\s*`(?P<type>[^`]+)`(?P<rest>.*))"
)
_LEAST = 2  # bullets that make a list of columns
_PYTHON = frozenset({"python", "py"})
_HEAD = ("| Column | Type | Constraints | Description |", "|---|---|---|---|")


class _Column(NamedTuple):
    name: str
    type: str
    constraints: tuple[str, ...]
    about: str = ""

    def row(self) -> str:
        cells = (self.name, self.type, ", ".join(self.constraints), self.about)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def rewrite(text: str) -> str:
    """Return a data model with its bullets and its SQLModel classes as tables; all else as it was."""
    lines = split(text)
    new: dict[
        int, tuple[int, list[str]]
    ] = {}  # first line → the line after the last, what stands there instead
    for part in parts(lines):
        if isinstance(part, Block) and part.language in _PYTHON and (tables := list(_classes(part.text))):
            new[part.line - 1] = (part.end + 1, [line for table in tables for line in table][:-1])
    for start, end, columns in _lists(lines.prose):
        new[start] = (end, [*_HEAD, *(column.row() for column in columns)])
    return "\n".join(_replaced(lines.lines, new))


def _replaced(lines: list[str], new: Mapping[int, tuple[int, list[str]]]) -> Iterator[str]:
    number = 0
    while number < len(lines):
        end, instead = new.get(number, (number + 1, [lines[number]]))
        yield from instead
        number = end


def _lists(prose: list[str]) -> Iterator[tuple[int, int, list[_Column]]]:
    start, columns = 0, list[_Column]()
    for number, line in enumerate([*prose, ""]):
        bullet = _BULLET.fullmatch(line)
        if bullet:
            start = start if columns else number
            columns.append(_from_bullet(bullet))
            continue
        if len(columns) >= _LEAST:
            yield start, number, columns
        columns = []


def _from_bullet(bullet: re.Match[str]) -> _Column:
    if bullet["type"]:
        return _Column(bullet["name"], bullet["type"], (), bullet["rest"].strip(" -\u2013\u2014:"))
    kind, *listed = cut(bullet["bracketed"])
    return _Column(
        bullet["name"], kind.strip(" `"), tuple(filter(None, listed)), (bullet["about"] or "").strip()
    )


def _classes(source: str) -> Iterator[list[str]]:
    """Give each table of a block, as the lines that name and describe it; none where it is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        if isinstance(node, ast.ClassDef) and _is_table(node):
            rows = [column.row() for column in _columns(node)]
            yield [f"#### {_table_name(node)}", "", *_HEAD, *rows, ""]


def _is_table(node: ast.ClassDef) -> bool:
    return any(key.arg == "table" and ast.unparse(key.value) == "True" for key in node.keywords)


def _table_name(node: ast.ClassDef) -> str:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            if ast.unparse(target) == "__tablename__":
                return str(line.value.value)
    return node.name.lower()  # as SQLModel has it


def _columns(node: ast.ClassDef) -> Iterator[_Column]:
    for line in node.body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        name, given = line.target.id, _arguments(line.value)
        if not name.startswith("__") and not _is_relationship(line.value):
            kind, optional = _python_type(line.annotation)
            constraints = tuple(_constraints(given, optional=optional))
            yield _Column(name, _sized(given.get("sa_type", kind), given), constraints)


def _python_type(annotation: ast.expr) -> tuple[str, bool]:
    text = ast.unparse(annotation).strip("'\"")
    bare = re.sub(r"^Optional\[(.+)\]$|\s*\|\s*None$|^None\s*\|\s*", lambda found: found[1] or "", text)
    return bare, bare != text


def _sized(kind: str, given: Mapping[str, str]) -> str:
    return f"varchar({given['max_length']})" if "max_length" in given and kind == "str" else kind


def _arguments(value: ast.expr | None) -> dict[str, str]:
    if not isinstance(value, ast.Call):
        return {}
    return {key.arg: ast.unparse(key.value) for key in value.keywords if key.arg}


def _is_relationship(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Relationship")


def _constraints(given: Mapping[str, str], *, optional: bool) -> Iterator[str]:
    if given.get("primary_key") == "True":
        yield "primary key"
    elif not optional and given.get("nullable") != "True":
        yield "not null"
    if given.get("unique") == "True":
        yield "unique"
    if given.get("index") == "True":
        yield "index"
    if "foreign_key" in given:
        table, _, column = given["foreign_key"].strip("'\"").rpartition(".")
        action = f" on delete {given['ondelete'].strip(chr(39)).lower()}" if "ondelete" in given else ""
        yield f"references {table} ({column}){action}"
