"""Databases that are gone when nobody needs them: on a server of ours, and on somebody else's."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from specward.database.server import Server

PREFIX = "specward_test_"
"""What every test calls its databases, so that none is taken for somebody's own."""


@contextmanager
def scratch(server: Server) -> Iterator[str]:
    """Have a name for a database that is dropped at the end of the context, whoever made it."""
    name = f"{PREFIX}{secrets.token_hex(6)}"
    try:
        yield name
    finally:
        drop(server, name)


def drop(server: Server, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
