"""Mutants of the isolation: the application without one criterion, the database without one policy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from specward.config import Config
from specward.database.catalog import facts
from specward.database.isolation.checks import problems
from specward.database.isolation.snapshot import read_snapshot
from specward.prove.proof import Project
from specward.schema.owners import owned_tables, read_settings

CRITERION = "        claims = self._claims(table)\n        return and_("
WITHOUT = '        if table.name == "{}":\n            return None\n'

POLICIES = "select polrelid::regclass::text, polname, polqual, polwithcheck from pg_policy order by 1, 2"


def reached_tables() -> list[str]:
    """The tables that have a criterion."""
    return sorted(table.name for table in SQLModel.metadata.tables.values() if table.info.get("reach"))


def without_criterion(project: Project, table: str, folder: Path) -> Project:
    """Copy the application, and leave the criterion of one table out of the copy."""
    source = project.root / project.entry.folder / "app"
    shutil.copytree(source, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    isolation = folder / "app/core/isolation.py"
    text = isolation.read_text()
    assert text.count(CRITERION) == 1, "the compiler has changed: say anew where its criterion is made"
    isolation.write_text(text.replace(CRITERION, WITHOUT.format(table) + CRITERION))
    return project._replace(entry=project.entry._replace(folder=str(folder)))


def database_mutants(connection: psycopg.Connection, config: Config) -> Iterator[tuple[str, bool, bool]]:
    """Take away each policy and each table's row security, and open each policy: is it seen?

    Args:
        connection: as a superuser, in autocommit mode; nothing is left changed.
        config: of the project.

    Yields:
        What was done, whether the checks of the catalogue find what they had not found (SW65x), and whether
        the schema differs from the approved one (SW516).
    """
    before, approved = _found(connection, config), facts(connection)
    for name, statement in list(_statements(connection)):
        with _undone(connection):
            connection.execute(statement)
            yield name, bool(_found(connection, config) - before), facts(connection) != approved


def _statements(connection: psycopg.Connection) -> Iterator[tuple[str, sql.Composed]]:
    policies = connection.execute(POLICIES).fetchall()
    for table, name, using, check in policies:
        names = sql.Identifier(name), sql.Identifier(table)
        yield f"drop {name} on {table}", sql.SQL("drop policy {} on {}").format(*names)
        if using is not None:
            yield f"open {name} on {table}", sql.SQL("alter policy {} on {} using (true)").format(*names)
        if check is not None:
            opened = sql.SQL("alter policy {} on {} with check (true)").format(*names)
            yield f"open the check of {name} on {table}", opened
    for table in sorted({table for table, *_ in policies}):
        for verb in ("disable", "no force"):
            off = sql.SQL("alter table {} " + verb + " row level security")
            yield f"{verb} row security of {table}", off.format(sql.Identifier(table))


def _found(connection: psycopg.Connection, config: Config) -> set[tuple[object, ...]]:
    snapshot = read_snapshot(connection, "app_user")
    owned = owned_tables(facts(connection), snapshot.foreign_keys, read_settings(config))
    return {tuple(problem[:3]) for problem in problems(snapshot, owned)}


@contextmanager
def _undone(connection: psycopg.Connection) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        yield
