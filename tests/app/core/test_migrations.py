"""The migrations run once, however many instances start, and the roles file can be run again."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from app.core.startup import newest_versions
from specward.config import load_config
from specward.database.provision import Urls, apply_roles, provision, read_recipe, role_urls, search_path
from specward.database.server import Server
from tests.app.conftest import name_of
from tests.servers.plugin import ROOT


@pytest.fixture
def migrate() -> tuple[str, ...]:
    return read_recipe(ROOT, load_config(ROOT)).migrate


@pytest.fixture
def roles() -> Path:
    path = read_recipe(ROOT, load_config(ROOT)).roles
    assert path is not None
    return path


def test_many_may_start_at_once(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    provision(server, "at_once", roles, role_passwords)
    urls = role_urls(server, "at_once", role_passwords)
    environment = {**os.environ, **urls.environment(), "PATH": search_path()}
    runs = [subprocess.Popen(migrate, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    errors = [run.communicate(timeout=60)[1].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], errors
    with psycopg.connect(server.superuser_url("at_once")) as connection:
        assert connection.execute("select version_num from alembic_version").fetchall() == [
            (version,) for version in newest_versions()
        ]
        connection.rollback()
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("drop database at_once with (force)")


def test_the_roles_file_takes_back_what_it_does_not_give(
    server: Server, role_passwords: dict[str, str], roles: Path, fresh_database: Urls
) -> None:
    with psycopg.connect(server.superuser_url(name_of(fresh_database)), autocommit=True) as connection:
        connection.execute("alter role app_user bypassrls createdb")
    with psycopg.connect(server.superuser_url(name_of(fresh_database))) as connection:
        apply_roles(connection, roles, role_passwords)
        row = connection.execute(
            "select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolinherit "
            "from pg_roles where rolname = 'app_user'"
        ).fetchone()
    assert row == (False,)


def test_somebody_who_is_no_superuser_can_make_the_roles(server: Server, roles: Path) -> None:
    """As on Neon, where the first role may make roles and databases, and is not a superuser."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        version = connection.info.server_version
        connection.execute("create role creator login createrole createdb password 'c'")
        connection.execute("create database created owner creator")
        if version >= 160000:  # since then a creator may only use the roles that it was given, or made
            connection.execute("grant app_owner, app_migrator, app_user to creator with admin option")
    passwords = {"app_migrator": "m", "app_user": "u"}
    try:
        with psycopg.connect(server.url("creator", "c", "created")) as connection:
            apply_roles(connection, roles, passwords)
            connection.rollback()
    finally:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            connection.execute("drop database created with (force)")
            connection.execute("drop owned by creator")
            connection.execute("drop role creator")


def test_the_queues_tables_are_those_of_its_library() -> None:
    """A newer library needs a revision of its own."""
    copy = ROOT / "backend/app/migrations/versions/v0012_queue.sql"
    assert copy.read_text().endswith(f"\n\n{SchemaManager.get_schema()}")


def test_accounts_that_were_there_before_are_looked_after(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    urls = provision(server, "before", roles, role_passwords)
    environment = {**os.environ, **urls.environment(), "PATH": search_path()}
    *command, head = migrate
    try:
        subprocess.run([*command, "0009"], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url("before")) as connection:
            connection.execute("insert into accounts (email, password_hash) values ('a@example.org', 'x')")
        subprocess.run([*command, head], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url("before")) as connection:
            rows = connection.execute(
                "select due_at between now() and now() + interval '1 day', relforcerowsecurity "
                "from upkeep, pg_class where pg_class.oid = 'accounts'::regclass"
            ).fetchall()
        assert rows == [(True, True)]
    finally:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            connection.execute("drop database before with (force)")


def test_the_queue_needs_its_schema(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    urls = provision(server, "without_queue", roles, role_passwords)
    environment = {**os.environ, **urls.environment(), "PATH": search_path()}
    try:
        with psycopg.connect(server.superuser_url("without_queue")) as connection:
            connection.execute("drop schema queue")
        run = subprocess.run(migrate, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    finally:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            connection.execute("drop database without_queue with (force)")
    assert run.returncode == 1
    assert run.stderr.strip().endswith("run backend/app/migrations/roles.sql once more, which makes it.")
