"""What the starter does when the machine does not play along."""

import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from specward.database import server as starter
from specward.database.account import server_account
from specward.database.binaries import find_programs, within_reach
from specward.database.postmaster import stop
from specward.database.server import Cluster, free_port, initialise, start
from specward.errors import CouldNotRunError


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="specward-") as name:
        root = Path(name).resolve()
        root.chmod(0o755)
        account = server_account(root)
        folder = root / "postgres"
        folder.mkdir(mode=0o700)
        account.own(folder)
        programs = within_reach(find_programs(), account, root)
        made = Cluster(programs, account, folder, secrets.token_urlsafe(24), ("fsync=off",))
        initialise(made)
        yield made


def test_a_port_taken_between_asking_and_using_is_asked_for_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rival:
        taken = rival.getsockname()[1]
        answers = iter([taken, free_port()])
        monkeypatch.setattr(starter, "free_port", lambda _wish: next(answers))
        running = start(cluster)
    try:
        assert running.port != taken
        psycopg.connect(running.superuser_url()).close()
    finally:
        assert stop(cluster.data)


def test_a_free_wish_is_granted_and_a_taken_one_is_not() -> None:
    wish = free_port()
    assert free_port(wish) == wish
    with socket.create_server(("127.0.0.1", wish)):
        assert free_port(wish) != wish


def test_a_setting_that_the_server_refuses_is_told_in_its_own_words(cluster: Cluster) -> None:
    with pytest.raises(CouldNotRunError, match=r"did not start: .*max_connections"):
        start(cluster._replace(settings=("max_connections=many",)))


def test_initdb_that_fails_is_told_in_its_own_words(cluster: Cluster) -> None:
    folder = cluster.folder.with_name("other")
    folder.mkdir(mode=0o700)
    cluster.account.own(folder)
    with pytest.raises(CouldNotRunError, match=r"initdb failed: .*password file .* is empty"):
        initialise(cluster._replace(folder=folder, superuser_password=""))
