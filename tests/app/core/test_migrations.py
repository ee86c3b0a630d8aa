"""The migrations run once, however many instances start, and the roles file can be run again."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from psycopg import sql

from app.core.startup import newest_versions
from specward.config import load_config
from specward.database.provision import apply_roles, provision, read_recipe, search_path
from specward.database.server import Server
from tests.servers.plugin import ROOT
from tests.servers.scratch import scratch


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


@pytest.mark.usefixtures("made")
def test_somebody_who_is_no_superuser_can_make_the_roles(own_server: Server, roles: Path) -> None:
    """As on Neon, where the first role may make roles and databases, and is not a superuser."""
    with psycopg.connect(own_server.superuser_url(), autocommit=True) as connection:
        connection.execute("create role creator login createrole createdb password 'c'")
        try:
            if connection.info.server_version >= 160000:  # a creator may only use roles that it was given
                connection.execute("grant app_owner, app_migrator, app_user to creator with admin option")
            with scratch(own_server) as name:
                make = sql.SQL("create database {} owner creator")
                connection.execute(make.format(sql.Identifier(name)))
                with psycopg.connect(own_server.url("creator", "c", name)) as creator:
                    apply_roles(creator, roles, {"app_migrator": "m", "app_user": "u"})
                    creator.rollback()
        finally:
            connection.execute("drop owned by creator")
            connection.execute("drop role creator")


def test_the_queues_tables_are_those_of_its_library() -> None:
    """A newer library needs a revision of its own."""
    copy = ROOT / "backend/app/migrations/versions/v0012_queue.sql"
    assert copy.read_text().endswith(f"\n\n{SchemaManager.get_schema()}")


def test_accounts_that_were_there_before_are_looked_after(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    *command, head = migrate
    with scratch(server) as name:
        urls = provision(server, name, roles, role_passwords)
        environment = {**os.environ, **urls.environment(), "PATH": search_path()}
        subprocess.run([*command, "0009"], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url(name)) as connection:
            connection.execute("insert into accounts (email, password_hash) values ('a@example.org', 'x')")
        subprocess.run([*command, head], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url(name)) as connection:
            rows = connection.execute(
                "select due_at between now() and now() + interval '1 day', relforcerowsecurity "
                "from upkeep, pg_class where pg_class.oid = 'accounts'::regclass"
            ).fetchall()
    assert rows == [(True, True)]


def test_addresses_that_were_there_before_are_found_by_the_ascii_letters_of_their_domain(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    """Save where that would make two accounts one, and where there are no such letters."""
    *command, head = migrate
    there = ["a@b\xfccher.example", "b@b\xfccher.example", "b@xn--bcher-kva.example", "c@b_\xfc.example"]
    with scratch(server) as name:
        urls = provision(server, name, roles, role_passwords)
        environment = {**os.environ, **urls.environment(), "PATH": search_path()}
        subprocess.run([*command, "0016"], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url(name)) as connection:
            add = "insert into accounts (email, password_hash) select unnest(%s::text[]), 'x'"
            connection.execute(add, [there])
        subprocess.run([*command, head], cwd=ROOT, env=environment, check=True)
        with psycopg.connect(server.superuser_url(name)) as connection:
            rows = connection.execute("select email from accounts").fetchall()
            left = connection.execute("select from pg_policies where policyname = 'accounts_fill'").fetchall()
    assert sorted(email for (email,) in rows) == sorted(["a@xn--bcher-kva.example", *there[1:]])
    assert left == []


def test_the_queue_needs_its_schema(
    server: Server, role_passwords: dict[str, str], roles: Path, migrate: tuple[str, ...]
) -> None:
    with scratch(server) as name:
        urls = provision(server, name, roles, role_passwords)
        environment = {**os.environ, **urls.environment(), "PATH": search_path()}
        with psycopg.connect(server.superuser_url(name)) as connection:
            connection.execute("drop schema queue")
        run = subprocess.run(migrate, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.strip().endswith("run backend/app/migrations/roles.sql once more, which makes it.")
