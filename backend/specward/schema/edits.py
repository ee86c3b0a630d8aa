"""What a source does to the tables of a database: DDL in its SQL, and the operations of Alembic in Python.

Nothing is run. Names that a file puts together of its own words are read; of others, which only the run will
know, it is told that there is a table. The bodies of functions belong to those who call them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.patterns import pattern
from specward.schema.sql import first_word, pieces
from specward.schema.texts import Texts, is_text

CREATE, ALTER, DROP = "create", "alter", "drop"
TABLE, PART, UNTOLD = "table", "part", "untold"

# A name, or what stands in the place of one until it is known: `{}`, `{table}`, `%s`, `%I`.
_WORD = r'(?:"[^"]+"|[\w%{}]+)'
_NAME = rf"(?:{_WORD}\.)?{_WORD}"
_THING = rf"(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?(?P<things>{_NAME}(?:\s*,\s*{_NAME})*)"
_DDL = pattern(
    r"(?P<verb>create|alter|drop)\s+"
    r"(?:or\s+replace\s+|unlogged\s+|unique\s+|foreign\s+|materialized\s+|constraint\s+|recursive\s+)*"
    r"(?:(?P<kind>table|view|function|procedure|routine)\s+" + _THING + r"|(?:policy|trigger|rule|index)\b"
    rf"(?:(?!\bon\b)[^;(])*\bon\s+(?:only\s+)?(?P<table>{_NAME}))",
    re.IGNORECASE,
)
_GRANT = pattern(
    r"(?P<verb>grant|revoke)\s.*?\son\s+(?:table\s+)?(?P<tables>(?!(?:all|schema|sequence|database|type)\s)[\w.\",\s%{}]+?)\s+(?:to|from)\s",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = pattern(r"do\b", re.IGNORECASE)
_OPEN = frozenset("{}%")

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
    kind: str  # TABLE, "view", "function"; PART is a policy, index, trigger or grant; UNTOLD: of which table


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
    texts = Texts(module)
    nodes = sorted(ast.walk(module), key=lambda node: getattr(node, "lineno", 0))
    wholes = (node for node in nodes if isinstance(node, ast.Expr) or is_text(node))
    inner = {id(part) for node in wholes for part in ast.iter_child_nodes(node)}  # prose, too
    for node in nodes:
        if is_text(node) and id(node) not in inner:
            for text in texts.of(node):
                yield from _of_sql(text, node.lineno)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("op."):
            yield from _of_operation(node, texts, source)


def _of_operation(call: ast.Call, texts: Texts, source: str) -> Iterator[Edit]:
    name = ast.unparse(call.func).removeprefix("op.")
    if name not in _OPERATIONS:
        return
    verb, position, argument = _OPERATIONS[name]
    given = [keyword.value for keyword in call.keywords if keyword.arg == argument]
    written = ast.get_source_segment(source, call) or name
    for node in [*given, *call.args[position : position + 1]][:1]:
        for table in texts.of(node):
            yield _named(verb, table, written, call.lineno, PART if position else TABLE)


def _of_sql(text: str, first_line: int) -> Iterator[Edit]:
    for piece in pieces(text):
        start = first_word(piece.text)
        statement = piece.text[start:]
        line = first_line + text.count("\n", 0, piece.offset + start)
        if _BLOCK.match(statement):
            for each in _DDL.finditer(statement):
                yield from _of_match(each, statement, line)
        elif found := _DDL.match(statement):
            yield from _of_match(found, statement, line)
        elif granted := _GRANT.match(statement):
            for table in granted["tables"].split(","):
                yield _named(ALTER, table, statement, line, PART)


def _of_match(found: re.Match[str], statement: str, line: int) -> Iterator[Edit]:
    at = line + statement.count("\n", 0, found.start())
    kind = PART if found["table"] else found["kind"].lower()
    for name in (found["table"] or found["things"]).split(","):
        yield _named(found["verb"].lower(), name, statement, at, kind)


def _named(verb: str, name: str, text: str, line: int, kind: str) -> Edit:
    """Make an edit; of a table whose name is not known, only that there is one."""
    subject = _bare(name)
    if kind in {TABLE, PART} and _OPEN.intersection(subject):
        return Edit(verb, "", text, line, UNTOLD)
    return Edit(verb, subject, text, line, kind)


def _bare(name: str) -> str:
    """Return a name without quotes and schema; unquoted ones are in small letters, as in the catalogue."""
    last = name.strip().rpartition(".")[2]
    return last[1:-1] if last.startswith('"') else last.lower()
