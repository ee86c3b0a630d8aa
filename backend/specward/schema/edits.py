"""What a source does to the tables of a database: DDL in its SQL, and the operations of Alembic in Python.

Nothing is run. What a program puts together at run time, such as the name of a table in an f-string, is not
seen, and the bodies of functions belong to those who call them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.schema.sql import first_word, pieces

CREATE, ALTER, DROP = "create", "alter", "drop"
TABLE, PART = "table", "part"

_NAME = r'(?:(?:"[^"]+"|\w+)\.)?(?P<{}>"[^"]+"|\w+)'
_THING = r"(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?" + _NAME.format("thing")
_DDL = re.compile(
    r"(?P<verb>create|alter|drop)\s+"
    r"(?:or\s+replace\s+|unlogged\s+|unique\s+|foreign\s+|materialized\s+|constraint\s+|recursive\s+)*"
    r"(?:(?P<kind>table|view|function|procedure|routine)\s+" + _THING + r"|(?:policy|trigger|rule|index)\b"
    r"(?:(?!\bon\b)[^;(])*\bon\s+(?:only\s+)?" + _NAME.format("table") + ")",
    re.IGNORECASE,
)
_GRANT = re.compile(
    r"(?P<verb>grant|revoke)\s.*?\son\s+(?:table\s+)?(?P<tables>(?!(?:all|schema|sequence|database|type)\s)[\w.\",\s]+?)\s+(?:to|from)\s",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(r"do\b", re.IGNORECASE)

# Of Alembic's operations: the verb, and the position and the name of the argument that is the table.
_OPERATIONS: Mapping[str, tuple[str, int, str]] = {
    "create_table": (CREATE, 0, "table_name"),
    "drop_table": (DROP, 0, "table_name"),
    "rename_table": (ALTER, 0, "old_table_name"),
    "add_column": (ALTER, 0, "table_name"),
    "alter_column": (ALTER, 0, "table_name"),
    "drop_column": (ALTER, 0, "table_name"),
    "batch_alter_table": (ALTER, 0, "table_name"),
    "create_table_comment": (ALTER, 0, "table_name"),
    "create_index": (CREATE, 1, "table_name"),
    "drop_index": (DROP, 1, "table_name"),
    "create_primary_key": (CREATE, 1, "table_name"),
    "create_unique_constraint": (CREATE, 1, "table_name"),
    "create_check_constraint": (CREATE, 1, "table_name"),
    "create_foreign_key": (CREATE, 1, "source_table"),
    "create_exclude_constraint": (CREATE, 1, "table_name"),
    "drop_constraint": (DROP, 1, "table_name"),
}


class Edit(NamedTuple):
    """One statement that makes, changes or drops something."""

    verb: str  # CREATE, ALTER or DROP
    subject: str  # the table, view or function; of a policy, index, trigger or grant: its table
    text: str  # as written
    line: int
    kind: str  # TABLE, "view", "function"; PART is a policy, index, trigger or grant of a table


def read_edits(path: str, text: str) -> tuple[Edit, ...]:
    """Read the edits of a source, in its order: an SQL file, or a Python file such as a revision."""
    if path.endswith(".sql"):
        return tuple(_of_sql(text, 1))
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(_of_python(module, text))


def _of_python(module: ast.Module, source: str) -> Iterator[Edit]:
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in sorted(ast.walk(module), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from _of_sql(node.value, node.lineno)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("op."):
            yield from _of_operation(node, ast.unparse(node.func)[3:], source)


def _of_operation(call: ast.Call, name: str, source: str) -> Iterator[Edit]:
    if name not in _OPERATIONS:
        return
    verb, position, argument = _OPERATIONS[name]
    given = [keyword.value for keyword in call.keywords if keyword.arg == argument]
    for table in [*given, *call.args[position : position + 1]][:1]:
        if isinstance(table, ast.Constant) and isinstance(table.value, str):
            written = ast.get_source_segment(source, call) or name
            yield Edit(verb, _bare(table.value), written, call.lineno, PART if position else TABLE)


def _of_sql(text: str, first_line: int) -> Iterator[Edit]:
    for piece in pieces(text):
        start = first_word(piece.text)
        statement = piece.text[start:]
        line = first_line + text.count("\n", 0, piece.offset + start)
        if _BLOCK.match(statement):
            yield from (_edit(found, statement, line) for found in _DDL.finditer(statement))
        elif found := _DDL.match(statement):
            yield _edit(found, statement, line)
        elif granted := _GRANT.match(statement):
            for table in granted["tables"].split(","):
                yield Edit(ALTER, _bare(table), statement, line, PART)


def _edit(found: re.Match[str], statement: str, line: int) -> Edit:
    at = line + statement.count("\n", 0, found.start())
    if found["table"]:
        return Edit(found["verb"].lower(), _bare(found["table"]), statement, at, PART)
    return Edit(found["verb"].lower(), _bare(found["thing"]), statement, at, found["kind"].lower())


def _bare(name: str) -> str:
    """Return a name without quotes and schema; unquoted ones are in small letters, as in the catalogue."""
    last = name.strip().rpartition(".")[2]
    return last[1:-1] if last.startswith('"') else last.lower()
