"""Somebody else's server: the suite runs on it as on any other, and nothing is left behind in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from specward.database.server import Server
from specward.database.temporary import temporary_server
from tests.servers.foreign import read_url
from tests.servers.plugin import ROOT

# What Neon gives the first role of a project (its documentation, "Manage roles"), by hand.
FIRST_ROLE: tuple[LiteralString, ...] = (
    "create role first_owner login createdb createrole bypassrls replication password 'first'",
    "grant pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend to first_owner",
    "create database somebodys owner first_owner",
)
URL_OF = ("first_owner", "first", "somebodys")
ROLES_FILE = ROOT / "backend/app/migrations/roles.sql"

# One of each kind: roles, clones, migrations, the application's tests, tables looked at from above.
SAMPLE = (
    "tests/database/test_provision.py",
    "tests/app/core/test_migrations.py",
    "tests/app/isolation/test_row_security.py",
)

LEFT: dict[str, LiteralString] = {
    "roles": "select * from pg_roles",
    "members": "select * from pg_auth_members",
    "databases": "select * from pg_database",
    "settings": "select * from pg_db_role_setting",
    "schemas": "select * from pg_namespace",
    "relations": "select oid, relname, relowner, relacl from pg_class",
    "functions": "select oid, proname, proacl from pg_proc",
    "privileges": "select * from pg_default_acl",
    "dependencies": "select * from pg_shdepend where dbid in (0, (select oid from pg_database "
    "where datname = current_database()))",
}


@pytest.fixture(scope="module")
def foreign() -> Iterator[Server]:
    """A server with a role like Neon's first one, and its database."""
    with temporary_server() as server:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            for statement in FIRST_ROLE:
                connection.execute(statement)
        yield server


def catalogue(server: Server) -> dict[str, list[str]]:
    """All that a run could leave behind."""
    with psycopg.connect(server.superuser_url("somebodys")) as connection:
        return {what: sorted(map(str, connection.execute(query))) for what, query in LEFT.items()}


def run(url: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run tests in a process of their own, as a person does."""
    unwanted = {"PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--database=url", *arguments],
        cwd=ROOT,
        env={**environment, "DATABASE_URL": url, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_nothing_is_left_behind(foreign: Server, workers: tuple[str, ...]) -> None:
    before = catalogue(foreign)
    ended = run(foreign.url(*URL_OF), *workers, *SAMPLE)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "passed" in ended.stdout
    assert catalogue(foreign) == before


def test_roles_that_are_there_stay_and_their_passwords_are_asked_for(foreign: Server) -> None:
    with psycopg.connect(foreign.url(*URL_OF)) as connection:
        connection.execute("select set_config('setup.migrator_password', 'm', false)")
        connection.execute("select set_config('setup.app_user_password', 'u', false)")
        connection.execute(ROLES_FILE.read_bytes())
    before = catalogue(foreign)
    refused = run(foreign.url(*URL_OF), SAMPLE[0])
    assert "Give its password in APP_USER_PASSWORD" in refused.stderr
    passwords = {"APP_USER_PASSWORD": "u", "APP_MIGRATOR_PASSWORD": "m"}
    ended = run(foreign.url(*URL_OF), SAMPLE[0], **passwords)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert catalogue(foreign) == before
    psycopg.connect(foreign.url("app_user", "u", "somebodys")).close()


def test_a_role_that_can_do_less_is_told_what_is_missing(foreign: Server) -> None:
    with psycopg.connect(foreign.superuser_url(), autocommit=True) as connection:
        connection.execute("create role little login password 'l'")
    before = catalogue(foreign)
    refused = run(foreign.url("little", "l", "somebodys"), SAMPLE[0])
    assert "may make databases and roles" in refused.stderr
    assert catalogue(foreign) == before


def test_the_server_behind_neons_pooler_is_found() -> None:
    url = "postgresql://u:p@ep-cool-sun-1-pooler.eu.aws.neon.tech/neondb?sslmode=require"
    address = read_url(url)
    assert address.host == "ep-cool-sun-1-pooler.eu.aws.neon.tech"
    assert address.direct_host == "ep-cool-sun-1.eu.aws.neon.tech"
    assert address.encryption is not None
    assert read_url(url.replace("-pooler", "")).direct_host == address.direct_host


@pytest.mark.parametrize("mode", ["disable", "require", "verify-full"])
def test_the_certificate_is_looked_at_as_libpq_would(mode: str) -> None:
    encryption = read_url(f"postgresql://u:p@h/d?sslmode={mode}").encryption
    assert (encryption is not None) == (mode != "disable")
    assert (encryption is not None and encryption.check_hostname) == (mode == "verify-full")
