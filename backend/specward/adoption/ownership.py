"""Whose data it is: the user table, and the columns that lead to it, read from the models' source."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from specward.adoption.applications import parse
from specward.code.files import list_files

_USERS = ("user", "users", "account", "accounts", "app_user", "app_users", "auth_user", "person", "people")


class Ownership(NamedTuple):
    """The user table of a project."""

    table: str
    columns: tuple[str, ...]  # `item.owner_id`: each that has a foreign key to it


class _Table(NamedTuple):
    name: str
    keys: Mapping[str, str]  # column -> the table its foreign key leads to


def find_ownership(root: Path, globs: tuple[str, ...]) -> Ownership | None:
    """Find the user table; None where no table has a usual name for it.

    Among several tables with such names the one that most columns lead to is taken.

    Args:
        root: The repository's top.
        globs: Where its code is.
    """
    tables = [
        table for path in list_files(root, globs) if path.endswith(".py") for table in _tables(root, path)
    ]
    found = [_owned(table.name, tables) for table in tables if table.name in _USERS]
    return max(found, key=lambda each: (len(each.columns), -_USERS.index(each.table)), default=None)


def _owned(name: str, tables: list[_Table]) -> Ownership:
    columns = {
        f"{table.name}.{column}"
        for table in tables
        for column, target in table.keys.items()
        if target == name and table.name != name
    }
    return Ownership(name, tuple(sorted(columns)))


def _tables(root: Path, path: str) -> Iterator[_Table]:
    tree = parse(root, path, "class ")
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ClassDef) and (name := _table_name(node)):
            yield _Table(name, dict(_keys(node)))


def _table_name(node: ast.ClassDef) -> str:
    """SQLModel's `table=True` names a table after its class; `__tablename__` names it in both libraries."""
    for statement in node.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            value = statement.value
            if isinstance(target, ast.Name) and target.id == "__tablename__":
                return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    is_table = any(
        word.arg == "table" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in node.keywords
    )
    return node.name.lower() if is_table else ""


def _keys(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
        for call in ast.walk(statement.value):
            if (
                isinstance(call, ast.Call)
                and isinstance(target, ast.Name)
                and (reference := _reference(call))
            ):
                yield target.id, reference.rpartition(".")[0].rpartition(".")[2]


def _reference(call: ast.Call) -> str:
    """Return what a foreign key leads to: `Field(foreign_key="user.id")`, `ForeignKey("user.id")`."""
    values = [word.value for word in call.keywords if word.arg == "foreign_key"]
    if ast.unparse(call.func).rpartition(".")[2] == "ForeignKey":
        values += call.args[:1]
    return next((str(value.value) for value in values if isinstance(value, ast.Constant)), "")
