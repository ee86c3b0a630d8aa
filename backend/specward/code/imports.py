"""Which files of a repository a Python file imports."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from specward.code.dataflow.sources.dotted import last_name
from specward.code.dataflow.sources.tree import module_of

_CALLED = ("import_module", "__import__")


class Import(NamedTuple):
    """One name that is imported, as it is written."""

    line: int
    column: int
    level: int  # how many dots stand before it
    name: str


def read_imports(text: str) -> Iterator[Import]:
    """Give what a file imports: modules, what is taken from them (it may be a module), and names in calls."""
    module = module_of(text)
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, node.col_offset + 1, 0, item.name) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            for name in ("", *(item.name for item in node.names)):
                whole = ".".join([*base, *filter(None, [name])])
                yield Import(node.lineno, node.col_offset + 1, node.level, whole)
        elif isinstance(node, ast.Call) and last_name(node.func) in _CALLED:
            for given in node.args[:1]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield Import(node.lineno, node.col_offset + 1, 0, given.value)


def file_of(root: Path, path: str, found: Import, base: str) -> str:
    """Return the file of a repository that an import leads to; empty where it leads to none.

    Args:
        root: the repository's top.
        path: the file that imports.
        found: what it imports.
        base: the folder that modules are importable from.
    """
    folders = PurePosixPath(path).parents
    if found.level > len(folders):
        return ""
    folder = folders[found.level - 1] if found.level else PurePosixPath(base)
    place = folder.joinpath(*filter(None, found.name.split(".")))
    files = (f"{place}.py", f"{place}/__init__.py") if place != folder else (f"{place}/__init__.py",)
    return next((file.removeprefix("./") for file in files if (root / file).is_file()), "")
