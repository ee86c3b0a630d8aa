"""Fixtures: one server for the run, the project's database migrated once, and clones of it.

Each xdist worker has a server of its own: less than a second each, and no two runs can meet. With
`--database=url` they share the one that DATABASE_URL names, where every database has a name of its own.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from specward.config import load_config
from specward.database.branches import LocalBranches, branch
from specward.database.provision import APP_USER, MIGRATOR, Urls, migrate, provision, read_recipe
from specward.database.server import Server
from specward.database.temporary import temporary_server
from tests.servers.foreign import VARIABLE, Guest, Nearby, brought_near
from tests.servers.pgbouncer import MISSING, find_pgbouncer, pgbouncer_to
from tests.servers.scratch import PREFIX, scratch
from tests.servers.urls import through

ROOT = Path(__file__).parents[2]
FORMS = ("embedded", "installed", "pooled", "url")
FOREIGN = "url"


class Node(Protocol):
    """What is used of a worker of xdist, seen from its controller."""

    config: pytest.Config
    workerinput: dict[str, object]


GUEST = pytest.StashKey[Guest]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=FORMS,
        default=None,
        help=f"which server to test on; url: the one that {VARIABLE} names (default: as `make run` would)",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Become a guest on the foreign server, once for all workers, and hide its URL from the tests."""
    if config.getoption("--database") != FOREIGN or hasattr(config, "workerinput"):
        return
    roles = read_recipe(ROOT, load_config(ROOT)).roles
    if VARIABLE not in os.environ or roles is None:
        raise pytest.UsageError(f"--database=url needs {VARIABLE}: the URL of the server to test on.")
    config.stash[GUEST] = Guest(os.environ.pop(VARIABLE), roles)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the foreign server as it was."""
    if guest := config.stash.get(GUEST, None):
        guest.leave()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    """Tell a worker of xdist, before it starts, what it needs to be a guest as well."""
    if guest := node.config.stash.get(GUEST, None):
        node.workerinput["guest"] = (guest.url, guest.passwords)


@pytest.fixture(scope="session")
def invited(pytestconfig: pytest.Config) -> tuple[str, dict[str, str]] | None:
    """The URL of the foreign server and the passwords of its roles, where the run is a guest."""
    if guest := pytestconfig.stash.get(GUEST, None):
        return guest.url, guest.passwords
    told: tuple[str, dict[str, str]] | None = getattr(pytestconfig, "workerinput", {}).get("guest")
    return told


@pytest.fixture(scope="session")
def near(invited: tuple[str, dict[str, str]] | None) -> Iterator[Nearby | None]:
    """The foreign server on a port of this machine, where the run is a guest."""
    if invited is None:
        yield None
        return
    with brought_near(invited[0]) as nearby:
        yield nearby


@pytest.fixture(scope="session")
def own_server(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of this run alone, whatever the form: for what only a superuser may see or do."""
    if pytestconfig.getoption("--database") != FOREIGN:
        yield request.getfixturevalue("server")
        return
    with temporary_server() as running:
        yield running


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config, near: Nearby | None) -> Iterator[Server]:
    """The server to test on: one of this run alone, or the foreign one."""
    if near:
        yield near.server
        return
    form = pytestconfig.getoption("--database")
    with temporary_server(None if form == "pooled" else form) as running:
        yield running


@pytest.fixture(scope="session")
def role_passwords(invited: tuple[str, dict[str, str]] | None) -> dict[str, str]:
    """The passwords of the two login roles."""
    return invited[1] if invited else {role: secrets.token_urlsafe(24) for role in (APP_USER, MIGRATOR)}


@pytest.fixture(scope="session")
def template(server: Server, role_passwords: dict[str, str]) -> Iterator[LocalBranches]:
    """The project's database as its migrations make it, to be cloned."""
    recipe = read_recipe(ROOT, load_config(ROOT))
    with scratch(server) as name:
        urls = provision(server, name, recipe.roles, role_passwords)
        migrate(ROOT, recipe.migrate, urls.environment())
        yield LocalBranches(server, name, role_passwords)


@pytest.fixture(scope="session")
def pooler(server: Server, role_passwords: dict[str, str]) -> Iterator[int]:
    """The port of a PgBouncer with Neon's settings, in front of every database of the server."""
    program = find_pgbouncer()
    if program is None:
        pytest.skip(MISSING)
    with pgbouncer_to(server, role_passwords, program) as port:
        yield port


@pytest.fixture(scope="session")
def as_asked(
    pytestconfig: pytest.Config, request: pytest.FixtureRequest, near: Nearby | None
) -> Callable[[Urls], Urls]:
    """Lead the application's URL through the pooler that the form has; migrations never."""
    port = near.pooler if near else None
    if pytestconfig.getoption("--database") == "pooled":
        port = request.getfixturevalue("pooler")
    if port is None:
        return lambda urls: urls
    return lambda urls: urls._replace(app=through(urls.app, port))


@pytest.fixture(scope="session")
def database(template: LocalBranches, as_asked: Callable[[Urls], Urls]) -> Iterator[Urls]:
    """A migrated database for the whole run: for tests that bring users of their own."""
    with branch(template, f"{PREFIX}{secrets.token_hex(6)}") as urls:
        yield as_asked(urls)


@pytest.fixture
def fresh_database(template: LocalBranches, as_asked: Callable[[Urls], Urls]) -> Iterator[Urls]:
    """A migrated, empty database for one test."""
    with branch(template, f"{PREFIX}{secrets.token_hex(6)}") as urls:
        yield as_asked(urls)
