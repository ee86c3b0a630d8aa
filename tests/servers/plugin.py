"""Fixtures: one server for the run, the project's database migrated once, and clones of it.

Each xdist worker has a server of its own: less than a second each, and no two runs can meet.
"""

import itertools
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from specward.config import load_config
from specward.database.branches import LocalBranches, branch
from specward.database.provision import APP_USER, MIGRATOR, Urls, migrate, provision, read_recipe
from specward.database.server import Server
from specward.database.temporary import temporary_server
from tests.servers.pgbouncer import MISSING, find_pgbouncer, pgbouncer_to
from tests.servers.urls import through

ROOT = Path(__file__).parents[2]
FORMS = ("embedded", "installed", "pooled")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=FORMS,
        default=None,
        help="which server to test on (default: as `make run` would)",
    )


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A server of this test run alone."""
    form = pytestconfig.getoption("--database")
    with temporary_server(None if form == "pooled" else form) as running:
        yield running


@pytest.fixture(scope="session")
def role_passwords() -> dict[str, str]:
    """The passwords of the two login roles."""
    return {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}


@pytest.fixture(scope="session")
def template(server: Server, role_passwords: dict[str, str]) -> LocalBranches:
    """The project's database as its migrations make it, to be cloned."""
    recipe = read_recipe(ROOT, load_config(ROOT))
    urls = provision(server, "template_app", recipe.roles, role_passwords)
    migrate(ROOT, recipe.migrate, urls.environment())
    return LocalBranches(server, "template_app", role_passwords)


@pytest.fixture(scope="session")
def pooler(server: Server, role_passwords: dict[str, str]) -> Iterator[int]:
    """The port of a PgBouncer with Neon's settings, in front of every database of the server."""
    program = find_pgbouncer()
    if program is None:
        pytest.skip(MISSING)
    with pgbouncer_to(server, role_passwords, program) as port:
        yield port


@pytest.fixture(scope="session")
def as_asked(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Callable[[Urls], Urls]:
    """Lead the application's URL through the pooler with `--database=pooled`; migrations never."""
    if pytestconfig.getoption("--database") != "pooled":
        return lambda urls: urls
    port: int = request.getfixturevalue("pooler")
    return lambda urls: urls._replace(app=through(urls.app, port))


@pytest.fixture(scope="session")
def database(template: LocalBranches, as_asked: Callable[[Urls], Urls]) -> Iterator[Urls]:
    """A migrated database for the whole run: for tests that bring users of their own."""
    with branch(template, "app") as urls:
        yield as_asked(urls)


@pytest.fixture(scope="session")
def _numbers() -> Callable[[], int]:
    return itertools.count(1).__next__


@pytest.fixture
def fresh_database(
    template: LocalBranches, as_asked: Callable[[Urls], Urls], _numbers: Callable[[], int]
) -> Iterator[Urls]:
    """A migrated, empty database for one test."""
    with branch(template, f"fresh-{_numbers()}") as urls:
        yield as_asked(urls)
