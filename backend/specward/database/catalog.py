"""What a schema is, as facts that can be compared: read in one query, worded by PostgreSQL itself.

Two schemas are equal when their facts are. What differs without meaning anything is left out: the order of
columns, the names of constraints, indexes, policies and triggers, comments, owners. Everything else is a
fact: expressions, predicates, enum labels, row security, grants.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

# Alembic's own table is no part of anybody's data model.
BOOKKEEPING = ("alembic_version",)


class Fact(NamedTuple):
    """One thing that is so in a schema."""

    kind: str  # "column", "constraint", "policy", …
    relation: str  # the table or view it belongs to; "" for what belongs to none
    name: str  # what it is about: the column, the constrained columns, the verb of a policy
    text: str  # how it is, in PostgreSQL's words


class Difference(NamedTuple):
    """One thing that is not the same on both sides; None where it is absent."""

    expected: Fact | None
    actual: Fact | None


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


def differences(expected: frozenset[Fact], actual: frozenset[Fact]) -> list[Difference]:
    """Return what is not the same, in order; what was changed stands as one difference, not as two."""
    unequal = sorted(expected ^ actual)
    found: list[Difference] = []
    for _, group in groupby(unequal, key=lambda fact: fact[:3]):
        found.extend(_paired([*group], expected))
    return found


def _paired(unequal: list[Fact], expected: frozenset[Fact]) -> Iterator[Difference]:
    wanted = [fact for fact in unequal if fact in expected]
    found = [fact for fact in unequal if fact not in expected]
    if len(wanted) == len(found) == 1:
        yield Difference(wanted[0], found[0])
        return
    yield from (Difference(fact, None) for fact in wanted)
    yield from (Difference(None, fact) for fact in found)
