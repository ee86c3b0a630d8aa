"""What a data model says: tables of columns, and SQL for what a table cannot say."""

from typing import NamedTuple

from specward.specs.model import Place, Problem


class UnclearError(Exception):
    """A cell that could mean several things, or nothing; the document has to say which."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Column(NamedTuple):
    """One column, in PostgreSQL's words."""

    name: str
    type: str
    constraints: tuple[str, ...]  # "not null", "default now()", "references accounts (id)"
    indexed: bool  # by an index of its own
    place: Place

    @property
    def is_key(self) -> bool:
        """Whether it is the primary key, or a part of it."""
        return "primary key" in self.constraints


class Table(NamedTuple):
    """One table."""

    name: str
    columns: tuple[Column, ...]
    place: Place


class Statement(NamedTuple):
    """One SQL statement: of a `sql` block, or made from a table."""

    text: str
    table: str  # that its section describes; empty elsewhere
    place: Place
    is_table: bool = False  # made from a table, so that its lines are not the document's


class DataModel(NamedTuple):
    """A data model, read."""

    tables: tuple[Table, ...] = ()
    statements: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()
