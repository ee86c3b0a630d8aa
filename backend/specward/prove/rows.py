"""The rows of user-owned tables, seen from above every filter and policy."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import psycopg
from psycopg import sql

from specward.config import Config
from specward.database.catalog import facts
from specward.database.isolation.snapshot import read_snapshot
from specward.errors import CouldNotRunError
from specward.schema.owners import owned_tables, read_settings

TELLING = 8  # letters that a text needs to be somebody's and nobody else's
ABOVE = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"


class Watch(NamedTuple):
    """A connection that sees all rows of all owners."""

    connection: psycopg.Connection
    tables: Mapping[str, str]  # table → owner column

    def owners(self) -> frozenset[str]:
        """Return whoever owns a row."""
        distinct = sql.SQL("select distinct {column}::text from {table} where {column} is not null")
        parts = [
            distinct.format(column=sql.Identifier(column), table=sql.Identifier(table))
            for table, column in self.tables.items()
        ]
        rows = self.connection.execute(sql.SQL(" union ").join(parts)).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def rows(self, owners: frozenset[str]) -> dict[str, str]:
        """Return the rows of some owners, as JSON by table."""
        own = sql.SQL(
            "select {name}, coalesce(json_agg(to_jsonb(t) order by t::text), '[]')::text "
            "from {table} t where {column}::text = any(%(owners)s)"
        )
        parts = [
            own.format(name=table, table=sql.Identifier(table), column=sql.Identifier(column))
            for table, column in self.tables.items()
        ]
        query = sql.SQL(" union all ").join(parts)
        return dict(self.connection.execute(query, {"owners": list(owners)}).fetchall())


def watch(connection: psycopg.Connection, config: Config) -> Watch:
    """Find the user-owned tables.

    Args:
        connection: in autocommit mode, as somebody whom no policy holds.
        config: the project's settings.

    Raises:
        CouldNotRunError: row security holds the connection, or nothing is owned.
    """
    if connection.execute(ABOVE).fetchone() != (True,):
        raise CouldNotRunError(
            "The administrator's URL leads to a role that row security applies to: it must be a "
            "superuser, or "
            "have BYPASSRLS (on Neon: neondb_owner)."
        )
    keys = read_snapshot(connection, connection.info.user).foreign_keys
    owned = owned_tables(facts(connection), keys, read_settings(config))
    if not owned:
        raise CouldNotRunError(
            "No table is owned by a user: name the owner columns in [tool.specward.isolation] owner_columns."
        )
    return Watch(connection, dict(sorted(owned.items())))


def secrets_of(rows: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that are in somebody's rows and in nobody else's, with the table of each."""
    common = {text for part in others.values() for text in _texts(json.loads(part))}
    return {
        text: table
        for table, part in rows.items()
        for text in _texts(json.loads(part))
        if len(text) >= TELLING and text not in common
    }


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
