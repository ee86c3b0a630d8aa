"""The tables that Python classes map, from their source alone: nothing is imported."""

import ast
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize

_NAME = "__tablename__"


class Mapped(NamedTuple):
    """One class with a table."""

    table: str
    line: int
    parts: frozenset[str]  # its columns and table arguments; methods and prose are no part of a table


def read_mapped(text: str) -> tuple[Mapped, ...]:
    """Read the classes with a table: SQLModel's `table=True`, or a name under `__tablename__`."""
    if "table" not in normalize("NFKC", text):  # other letters may stand for these: Python folds them
        return ()
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    classes = (node for node in ast.walk(module) if isinstance(node, ast.ClassDef))
    return tuple(_mapped(node) for node in classes if _has_table(node))


def _mapped(node: ast.ClassDef) -> Mapped:
    stated = next(_names(node), node.name.lower())  # as SQLModel names it
    kept = (part for part in node.body if isinstance(part, ast.Assign | ast.AnnAssign))
    return Mapped(stated, node.lineno, frozenset(map(ast.dump, kept)))


def _has_table(node: ast.ClassDef) -> bool:
    flags = (word.value for word in node.keywords if word.arg == "table")
    return any(isinstance(flag, ast.Constant) and flag.value is True for flag in flags) or any(_names(node))


def _names(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        targets = [part.target] if isinstance(part, ast.AnnAssign) else getattr(part, "targets", [])
        value = getattr(part, "value", None)
        named = any(isinstance(target, ast.Name) and target.id == _NAME for target in targets)
        if named and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
