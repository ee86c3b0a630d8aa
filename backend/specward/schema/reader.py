"""Reads a data model: its tables in PostgreSQL's words, and its SQL. What is ambiguous is never guessed."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from specward.patterns import pattern
from specward.schema.constraints import (
    INDEX,
    NULLABLE,
    Constraint,
    is_nothing,
    is_yes,
    read_constraints,
    read_reference,
)
from specward.schema.datatypes import read_type
from specward.schema.markdown import Block, Cell, Grid, Heading, Row, parts
from specward.schema.model import Column, DataModel, Statement, Table, UnclearError
from specward.schema.sql import statements
from specward.specs.model import Place, Problem
from specward.specs.text import Text, split

Value = TypeVar("Value")

# What a head calls each thing, in small letters. A table without a name and a type describes no columns.
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("column", "field", "attribute", "name", "property", "column name", "field name"),
    "type": ("type", "data type", "datatype", "sql type", "postgres type", "postgresql type", "column type"),
    "null": ("null", "nullable", "null?", "nullable?", "optional"),
    "required": ("required", "mandatory", "required?", "not null"),
    "unique": ("unique", "unique?"),
    "default": ("default", "default value"),
    "reference": ("references", "reference", "foreign key", "fk"),
    "index": ("index", "indexed", "indexed?"),
    "constraints": ("constraints", "constraint", "key", "keys", "modifiers", "attributes"),
}
SQL = frozenset({"sql", "postgresql", "postgres", "pgsql", "plpgsql"})

_NUMBER = pattern(r"(?:\d+(?:\.\d+)*[.):]?|[A-Z]\.)\s+")
_KIND = pattern(r"(?i)(?:table|entity|model)\b[:\s]\s*|\s+(?:table|entity|model)$")
_IN_BRACKETS = pattern(r".*\((?:(?i:table|table name)\s*:?\s*)?([a-z_][a-z0-9_.]*)(?: (?i:table))?\)")
_SAID = pattern(r"\s*(?:[-*+]\s+)?(?i:table(?: name)?)\s*:\s*([A-Za-z_][\w.]*)\s*")
_TABLE = pattern(r"[a-z_][a-z0-9_.]*")
_COLUMN = pattern(r"[A-Za-z_][\w$]*")
_MARKS = str.maketrans("", "", "`*")


class _Section(NamedTuple):
    """The heading that a part stands under."""

    table: str = ""  # that it describes; empty where it names none
    title: str = ""


def read_data_model(path: str, text: str) -> DataModel:
    """Read a data model. What cannot be read is left out of it, and is one of its problems."""
    lines = split(text)
    problems: list[Problem] = []
    tables: dict[str, Table] = {}
    statements_: list[Statement] = []
    section = _Section()
    for part in parts(lines):
        if isinstance(part, Heading):
            section = _Section(table_name(lines, part), part.title)
        elif isinstance(part, Grid):
            table = _table(path, part, section, problems)
            if table and (twin := tables.setdefault(table.name, table)) is not table:
                message = f"{table.name} is described twice: here and in line {twin.place.line}."
                problems.append(Problem(table.place, message, "Keep one of them."))
        elif part.language in SQL:
            statements_.extend(_statements(path, part, section))
    return DataModel(tuple(tables.values()), tuple(statements_), tuple(problems))


def table_name(lines: Text, heading: Heading) -> str:
    """Return the name of the table that a section describes; empty where it does not say one.

    `### 2.1 users`, `### Table: users`, `### User (users)`, or a line `Table: users` below the heading.
    """
    title = _NUMBER.sub("", heading.title, count=1)
    if bracketed := _IN_BRACKETS.fullmatch(title):
        return _bare(bracketed[1])
    title = _KIND.sub("", title)
    if _TABLE.fullmatch(title):
        return _bare(title)
    for line in lines.prose[heading.line + 1 :]:
        if line.lstrip().startswith("#"):
            break
        if said := _SAID.fullmatch(line.translate(_MARKS)):
            return _bare(said[1])
    return ""


def head_of(cell: str) -> str:
    """Return what a column of a Markdown table is about; empty where it is of no interest."""
    words = cell.translate(_MARKS).strip().lower()
    return next((head for head, names in HEADS.items() if words in names), "")


def _bare(name: str) -> str:
    return name.removeprefix("public.")


def _table(path: str, grid: Grid, section: _Section, problems: list[Problem]) -> Table | None:
    heads = [head_of(cell.text) for cell in grid.head.cells]
    if "name" not in heads or "type" not in heads:
        return None
    place = Place(path, grid.head.line + 1, grid.head.cells[0].column)
    if not section.table:
        message = f"This table of columns is under {section.title!r}, which is not the name of a table."
        hint = "Give the heading the table's own name, such as `### users`, or write `Table: users` below it."
        problems.append(Problem(place, message, hint))
        return None
    columns: dict[str, Column] = {}
    for row in grid.rows:
        try:
            column = _Row(path, row, heads).column()
        except _UnclearCell as error:
            problems.append(error.problem)
            continue
        if columns.setdefault(column.name, column) is not column:
            problems.append(
                Problem(
                    column.place, f"{section.table}.{column.name} stands here twice.", "Keep one of them."
                )
            )
    return Table(section.table, tuple(columns.values()), place)


def _statements(path: str, block: Block, section: _Section) -> Iterator[Statement]:
    for piece in statements(block.text):
        line = block.line + block.text.count("\n", 0, piece.offset)
        yield Statement(piece.text, section.table, Place(path, line + 1))


class _UnclearCell(Exception):  # noqa: N818 -- never leaves this module
    def __init__(self, place: Place, error: UnclearError) -> None:
        super().__init__()
        self.problem = Problem(place, f"{error}.", error.hint)


class _Row:
    """One row, read cell by cell."""

    def __init__(self, path: str, row: Row, heads: list[str]) -> None:
        self._path = path
        self._row = row
        self._cells = {head: cell for head, cell in zip(heads, row.cells, strict=False) if head}

    def column(self) -> Column:
        name = self._read("name", _column_name)
        kind, optional = self._read("type", read_type)
        listed = [
            constraint
            for head, reading in _READINGS.items()
            if head in self._cells
            for constraint in self._read(head, reading)
        ]
        words = dict.fromkeys(constraint.text for constraint in listed)
        if optional:
            words[NULLABLE] = None
        if "not null" in words and NULLABLE in words:
            self._refuse(
                "constraints", UnclearError(f"{name} is both required and optional", "Keep one of the two.")
            )
        length = max((constraint.length for constraint in listed), default=0)
        return Column(
            name,
            f"varchar({length})" if length and kind == "varchar" else kind,
            tuple(word for word in words if word not in {INDEX, NULLABLE, ""}),
            INDEX in words,
            self._place("name"),
        )

    def _read(self, head: str, reading: Callable[[str], Value]) -> Value:
        cell = self._cells.get(head, Cell("", 1))
        try:
            return reading(cell.text)
        except UnclearError as error:
            raise _UnclearCell(self._place(head), error) from error

    def _refuse(self, head: str, error: UnclearError) -> None:
        raise _UnclearCell(self._place(head), error)

    def _place(self, head: str) -> Place:
        cell = self._cells.get(head) or next(iter(self._row.cells), Cell("", 1))
        return Place(self._path, self._row.line + 1, cell.column)


def _column_name(cell: str) -> str:
    name = cell.translate(_MARKS).strip()
    if not _COLUMN.fullmatch(name):
        hint = "Write only the column's name; anything that is not a column of this table belongs in prose."
        raise UnclearError(f"{name!r} is not the name of a column", hint)
    return name


def _ticked(constraint: str, otherwise: str = "") -> Callable[[str], list[Constraint]]:
    return lambda cell: [Constraint(constraint if is_yes(cell) else otherwise)]


def _null(cell: str) -> list[Constraint]:
    if cell.strip().lower() in {"null", "not null"}:  # as `psql` and MySQL have it
        return [Constraint("not null" if cell.strip().lower() == "not null" else NULLABLE)]
    return [Constraint(NULLABLE if is_yes(cell) else "not null")] if cell.strip() else []


def _default(cell: str) -> list[Constraint]:
    return (
        []
        if is_nothing(cell) and cell.strip("` ").lower() != "false"
        else [Constraint(f"default {cell.strip('`')}")]
    )


def _reference(cell: str) -> list[Constraint]:
    return [] if is_nothing(cell) else [Constraint(read_reference(cell))]


def _constraints(cell: str) -> list[Constraint]:
    return [] if is_nothing(cell) else list(read_constraints(cell))


_READINGS: Mapping[str, Callable[[str], list[Constraint]]] = {
    "constraints": _constraints,
    "null": _null,
    "required": _ticked("not null", NULLABLE),
    "unique": _ticked("unique"),
    "default": _default,
    "reference": _reference,
    "index": _ticked(INDEX),
}
