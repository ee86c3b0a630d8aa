"""Scratch databases: empty ones with the project's roles, made for one comparison and dropped after it."""

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from specward.database.provision import APP_USER, MIGRATOR, Recipe, Urls, provision, search_path
from specward.database.server import Server

PATIENCE = 300  # seconds that a migration may take on an empty database
_LAST_LINES = 3


class Scratch(NamedTuple):
    """One scratch database."""

    urls: Urls
    admin: str  # the superuser's URL


class Workshop:
    """Makes scratch databases on one server, for one project."""

    def __init__(self, server: Server, recipe: Recipe) -> None:
        self._server = server
        self._recipe = recipe
        self._passwords = {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}

    @contextmanager
    def database(self) -> Iterator[Scratch]:
        """Have an empty database while the context lasts.

        Raises:
            CouldNotRunError: the server or the project's roles file fails.
        """
        name = f"scratch_{secrets.token_hex(4)}"
        try:
            urls = provision(self._server, name, self._recipe.roles, self._passwords)
            yield Scratch(urls, self._server.superuser_url(name))
        finally:
            drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            with psycopg.connect(self._server.superuser_url(), autocommit=True) as connection:
                connection.execute(drop)


class Failure(Exception):  # noqa: N818 -- it is the migrations' own
    """A migration command failed; the text is the last that it said."""


def run_migrations(root: Path, command: tuple[str, ...], variables: Mapping[str, str]) -> None:
    """Run the project's migration command, without a word on our output.

    Raises:
        Failure: it cannot be run, fails, or does not end.
    """
    environment = {**os.environ, **variables, "PATH": search_path(), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 -- the project's own command
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=PATIENCE,
        )
    except FileNotFoundError as error:
        raise Failure(f"the command {command[0]} does not exist") from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f"it did not finish within {PATIENCE} seconds") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        errors = [line for line in lines if "Error" in line or "ERROR" in line or "FAILED" in line]
        raise Failure(" ".join((errors or lines)[-_LAST_LINES:]) or f"status {done.returncode}")
