"""Roles, migrations and branches on a real server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from specward.config import Config
from specward.database.branches import LocalBranches, branch
from specward.database.provision import Recipe, Urls, migrate, provision, read_recipe
from specward.database.server import Server
from specward.errors import CouldNotRunError
from tests.servers.scratch import PREFIX, scratch

ROLES = Path(__file__).parent / "roles.sql"

MIGRATION = """
import os, psycopg
with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"]) as connection:
    connection.execute("set role app_owner")
    connection.execute("create table notes (id int primary key)")
    connection.execute("grant select on notes to app_user")
    connection.execute("insert into notes values (1)")
"""


@pytest.fixture(scope="module")
def parent(server: Server) -> Iterator[str]:
    with scratch(server) as name:
        yield name


@pytest.fixture(scope="module")
def provisioned(server: Server, role_passwords: dict[str, str], parent: str) -> Urls:
    return provision(server, parent, ROLES, role_passwords)


@pytest.fixture(scope="module")
def branches(server: Server, role_passwords: dict[str, str], parent: str, provisioned: Urls) -> LocalBranches:
    migrate(Path.cwd(), (sys.executable, "-c", MIGRATION), provisioned.environment())
    return LocalBranches(server, parent, role_passwords)


def test_provisioning_again_changes_nothing(
    server: Server, role_passwords: dict[str, str], parent: str, provisioned: Urls
) -> None:
    assert provision(server, parent, ROLES, role_passwords) == provisioned


def test_the_login_roles_are_who_they_should_be(provisioned: Urls) -> None:
    with psycopg.connect(provisioned.app) as app, psycopg.connect(provisioned.migration) as migrator:
        assert app.info.user == "app_user"
        assert migrator.info.user == "app_migrator"
        assert app.execute(
            "select rolsuper or rolbypassrls from pg_roles where rolname = user"
        ).fetchone() == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("create table public.mine ()")


def test_a_broken_roles_file_is_named(server: Server, role_passwords: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "roles.sql"
    broken.write_text("create rol x;")
    with (
        scratch(server) as name,
        pytest.raises(CouldNotRunError, match=r"roles\.sql cannot be run: syntax error"),
    ):
        provision(server, name, broken, role_passwords)


def test_a_failing_migration_is_named(provisioned: Urls) -> None:
    with pytest.raises(CouldNotRunError, match="ended with status 3"):
        migrate(Path.cwd(), (sys.executable, "-c", "raise SystemExit(3)"), provisioned.environment())
    with pytest.raises(CouldNotRunError, match="no-such-program does not exist"):
        migrate(Path.cwd(), ("no-such-program",), provisioned.environment())


def test_a_branch_is_a_private_copy(branches: LocalBranches) -> None:
    with branch(branches, f"{PREFIX}one") as one, branch(branches, f"{PREFIX}two") as two:
        with psycopg.connect(one.migration) as connection:
            connection.execute("delete from notes")
        with psycopg.connect(two.app) as connection:
            assert connection.execute("select count(*) from notes").fetchone() == (1,)
            assert connection.execute(
                "select relowner::regrole::text from pg_class where relname = 'notes'"
            ).fetchone() == ("app_owner",)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(one.app)


def test_a_branch_goes_whoever_is_connected(branches: LocalBranches) -> None:
    urls = branches.create(f"{PREFIX}busy")
    with psycopg.connect(urls.app) as connection:
        branches.delete(f"{PREFIX}busy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    branches.delete(f"{PREFIX}busy")


def test_a_branch_that_cannot_be_is_refused(branches: LocalBranches) -> None:
    with pytest.raises(CouldNotRunError, match="cannot name a branch"):
        branches.create("Robert'); drop")
    with branch(branches, f"{PREFIX}taken"), pytest.raises(CouldNotRunError, match="already exists"):
        branches.create(f"{PREFIX}taken")


def test_the_recipe_is_read_strictly(tmp_path: Path) -> None:
    (tmp_path / "roles.sql").touch()
    given = {"database": {"roles": "roles.sql", "migrate": ["alembic", "upgrade"]}}
    assert read_recipe(tmp_path, Config(table=given)) == Recipe(
        tmp_path / "roles.sql", ("alembic", "upgrade")
    )
    assert read_recipe(tmp_path, Config()) == Recipe()
    wrongs: tuple[object, ...] = ([], {"roles": 1}, {"migrate": "alembic"}, {"roles": "missing.sql"})
    for wrong in wrongs:
        with pytest.raises(CouldNotRunError, match=r"tool\.specward\.database"):
            read_recipe(tmp_path, Config(table={"database": wrong}))
