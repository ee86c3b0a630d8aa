"""Builds the approved schema and the models' in empty databases, and reads back what they are."""

from typing import TYPE_CHECKING

import psycopg
from psycopg import errors

from specward.database.catalog import facts
from specward.schema.approved import Approved
from specward.schema.ddl import statements
from specward.schema.model import DataModel, Statement
from specward.schema.models import Models
from specward.schema.sql import first_word
from specward.specs.model import Problem

if TYPE_CHECKING:
    from specward.database.facts import Fact

# What a statement meets that comes too early: a document is written for people, not in the order of running.
TOO_EARLY = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.InvalidForeignKey,
    errors.InvalidSchemaName,
)
# What models need and cannot make: the functions of their defaults, extensions, types that are no enums.
_PRELUDE = (
    "create function",
    "create or replace function",
    "create extension",
    "create domain",
    "create sequence",
)


def build_approved(connection: psycopg.Connection, model: DataModel) -> Approved:
    """Run a data model, each statement as soon as it can be run, and remember what each of them made.

    Args:
        connection: to an empty database, in autocommit mode.
        model: the data model, read without problems.
    """
    waiting, refused = [*statements(model)], dict[Statement, psycopg.Error]()
    origins: dict[Fact, Statement] = {}
    before = facts(connection)
    progress = True
    while waiting and progress:
        progress, later = False, []
        for statement in waiting:
            error = _run(connection, statement.text)
            if isinstance(error, TOO_EARLY):
                later.append(statement)
            progress = progress or error is None
            if error:
                refused[statement] = error
                continue
            refused.pop(statement, None)
            now = facts(connection)
            origins.update(dict.fromkeys(now - before, statement))
            before = now
        waiting = later
    places = {(table.name, column.name): column.place for table in model.tables for column in table.columns}
    return Approved(before, origins, places, tuple(_problem(*each) for each in refused.items()))


def build_models(connection: psycopg.Connection, models: Models, model: DataModel) -> tuple[Problem, ...]:
    """Do what `create_all` would do, after what the data model has that models cannot make.

    Args:
        connection: to an empty database, in autocommit mode.
        models: what the application's models would send.
        model: the data model.
    """
    connection.execute("set check_function_bodies = off")  # their tables are not there yet
    for statement in model.statements:
        if " ".join(statement.text.lower().split()).startswith(_PRELUDE):
            _run(connection, statement.text)
    for text in models.statements:
        if error := _run(connection, text):
            made = " ".join(text[first_word(text) :].split()[:3])
            message = f"PostgreSQL rejects what create_all would send ({made} …): {_said(error)}."
            place = next(iter(models.places.values()))
            return (Problem(place, message, "Fix the model, or add what it needs to the data model."),)
    return ()


def _run(connection: psycopg.Connection, text: str) -> psycopg.Error | None:
    try:
        with connection.transaction():
            connection.execute(text.encode())
    except psycopg.Error as error:
        return error
    return None


def _problem(statement: Statement, error: psycopg.Error) -> Problem:
    line = (
        statement.place.line + _line(statement.text, error)
        if not statement.is_table
        else statement.place.line
    )
    what = f"the table {statement.table}" if statement.is_table else "this statement"
    return Problem(
        statement.place._replace(line=line),
        f"PostgreSQL rejects {what} of the data model: {_said(error)}.",
        error.diag.message_hint or "Write it in PostgreSQL's syntax; a text in a default needs quotes.",
    )


def _line(text: str, error: psycopg.Error) -> int:
    position = int(error.diag.statement_position or 1)
    return text.count("\n", 0, position - 1)


def _said(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip().rstrip(".")
