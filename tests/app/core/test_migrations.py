"""The migrations run once, however many instances start, and the roles file can be run again."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.core.startup import newest_versions
from specward.config import load_config
from specward.database.provision import apply_roles, provision, read_recipe, search_path
from specward.database.server import Server
from tests.servers.plugin import ROOT
from tests.servers.scratch import drop, scratch


@pytest.fixture
def migrate() -> tuple[str, ...]:
    return read_recipe(ROOT, load_config(ROOT)).migrate


@pytest.fixture
def made(own_server: Server, role_passwords: dict[str, str], roles: Path) -> Iterator[str]:
    """The name of a database where the roles file has been run."""
    with scratch(own_server) as name:
        provision(own_server, name, roles, role_passwords)
        yield name


@pytest.fixture
def roles() -> Path:
    path = read_recipe(ROOT, load_config(ROOT)).roles
    assert path is not None
    return path


def test_many_may_start_at_once(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    with scratch(server) as name:
        urls = provision(server, name, roles, role_passwords)
        environment = {**os.environ, **urls.environment(), "PATH": search_path()}
        runs = [
            subprocess.Popen(migrate, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(3)
        ]
        errors = [run.communicate(timeout=60)[1].decode() for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0], errors
        with psycopg.connect(server.superuser_url(name)) as connection:
            assert connection.execute("select version_num from alembic_version").fetchall() == [
                (version,) for version in newest_versions()
            ]


def test_the_roles_file_takes_back_what_it_does_not_give(
    own_server: Server, role_passwords: dict[str, str], roles: Path, made: str
) -> None:
    with psycopg.connect(own_server.superuser_url(made), autocommit=True) as connection:
        connection.execute("alter role app_user bypassrls createdb")
    with psycopg.connect(own_server.superuser_url(made)) as connection:
        apply_roles(connection, roles, role_passwords)
        row = connection.execute(
            "select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolinherit "
            "from pg_roles where rolname = 'app_user'"
        ).fetchone()
    assert row == (False,)


def test_somebody_who_is_no_superuser_can_make_the_roles(own_server: Server, roles: Path, made: str) -> None:
    """As on Neon, where the first role may make roles and databases, and is not a superuser."""
    with psycopg.connect(own_server.superuser_url(made), autocommit=True) as connection:
        version = connection.info.server_version
        connection.execute("create role creator login createrole createdb password 'c'")
        connection.execute(sql.SQL("alter database {} owner to creator").format(sql.Identifier(made)))
        if version >= 160000:  # since then a creator may only use the roles that it was given, or made
            connection.execute("grant app_owner, app_migrator, app_user to creator with admin option")
    passwords = {"app_migrator": "m", "app_user": "u"}
    try:
        with psycopg.connect(own_server.url("creator", "c", made)) as connection:
            apply_roles(connection, roles, passwords)
            connection.rollback()
    finally:
        drop(own_server, made)
        with psycopg.connect(own_server.superuser_url(), autocommit=True) as connection:
            connection.execute("drop owned by creator")
            connection.execute("drop role creator")
