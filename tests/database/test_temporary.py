"""The throw-away server: fresh, closed to strangers, and gone afterwards."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from specward.database import temporary
from specward.database.binaries import FORMS, find_programs
from specward.database.server import HOST, Server, free_port
from specward.database.temporary import temporary_server
from specward.errors import CouldNotRunError


def data_folder(server: Server) -> Path:
    with psycopg.connect(server.superuser_url()) as connection:
        row = connection.execute("select current_setting('data_directory')").fetchone()
    assert row is not None
    return Path(str(row[0]))


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came about")


def test_no_password_no_entry(own_server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=HOST, port=own_server.port, user="postgres", dbname="postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(own_server.url("postgres", "guess", "postgres"))


def test_passwords_are_kept_as_scram_verifiers(own_server: Server) -> None:
    with psycopg.connect(own_server.superuser_url()) as connection:
        row = connection.execute("select rolpassword from pg_authid where rolname = 'postgres'").fetchone()
        rules = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
    assert row is not None
    assert str(row[0]).startswith("SCRAM-SHA-256$")
    assert rules == [("scram-sha-256",)]


def test_only_loopback_is_listened_on(own_server: Server) -> None:
    with psycopg.connect(own_server.superuser_url()) as connection:
        rows = connection.execute(
            "select current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()
    assert rows == ("127.0.0.1", "")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_serves_and_leaves_nothing(form: str) -> None:
    try:
        find_programs(form)
    except CouldNotRunError as missing:
        pytest.skip(str(missing))
    with temporary_server(form) as server:
        folder = data_folder(server)
        assert folder.is_dir()
    assert not folder.parents[1].exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.superuser_url())


def test_a_port_taken_in_between_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as rival:
        answers = iter([rival.getsockname()[1], free_port()])
        monkeypatch.setattr(temporary, "free_port", lambda: next(answers))
        with temporary_server() as server:
            psycopg.connect(server.superuser_url()).close()


def test_a_setting_that_the_server_refuses_is_told_in_its_own_words() -> None:
    with pytest.raises(CouldNotRunError, match=r"did not start: .*max_connections"):
        temporary_server(settings=("max_connections=many",)).__enter__()


def test_killed_owner_takes_the_server_along() -> None:
    script = (
        "import sys, time\n"
        "from specward.database.temporary import temporary_server\n"
        "with temporary_server() as server:\n"
        "    print(server.superuser_url(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            row = connection.execute("select current_setting('data_directory')").fetchone()
        assert row is not None
        os.kill(owner.pid, signal.SIGKILL)
    wait_until(lambda: not Path(str(row[0])).parents[1].exists())
