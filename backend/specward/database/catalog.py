"""The facts of a database: read in one query, worded by PostgreSQL itself."""

from pathlib import Path

import psycopg
from psycopg import sql

from specward.database.facts import Fact

# Alembic's own table is no part of anybody's data model.
BOOKKEEPING = ("alembic_version",)

FACTS = Path(__file__).with_name("catalog.sql")


def facts(
    connection: psycopg.Connection, schema: str = "public", left_out: tuple[str, ...] = BOOKKEEPING
) -> frozenset[Fact]:
    """Read all facts of `schema`.

    Args:
        connection: to the database; what it was doing before is undisturbed.
        schema: names in it are written without it, as its own text would.
        left_out: tables that are nobody's.
    """
    path = sql.SQL("set local search_path = {}").format(sql.Identifier(schema))
    with connection.transaction():
        before = connection.execute("select current_setting('search_path')").fetchone()
        connection.execute(path)
        rows = connection.execute(
            FACTS.read_bytes(), {"schema": schema, "left_out": list(left_out)}
        ).fetchall()
        if before is not None:
            connection.execute("select set_config('search_path', %s, true)", before)
    return frozenset(Fact(*row) for row in rows)
