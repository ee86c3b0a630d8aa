"""Starts one PostgreSQL server: loopback only, passwords always, never as root.

Whoever starts it may be killed at any moment. So a data folder gets its name only when initdb has finished,
and a port is asked of the kernel, and asked again when somebody was faster.
"""

import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from specward.database.account import Account
from specward.database.binaries import Programs
from specward.database.postmaster import await_ready, disown_stale_pid, running
from specward.errors import CouldNotRunError

HOST = "127.0.0.1"
SUPERUSER = "postgres"

RETRY_SECONDS = 5.0  # while the port is in use, or the memory, by the last processes of a killed server

# Leaves the server to init and tells its process id: it outlives us, and no child of ours is left unreaped.
DETACHED = 'log=$1; shift; "$@" </dev/null >"$log" 2>&1 & echo $!'


class Server(NamedTuple):
    """A server that answers."""

    port: int
    superuser_password: str
    host: str = HOST
    superuser: str = SUPERUSER  # on somebody else's server: who may make databases and roles
    maintenance: str = "postgres"  # the database to be in while others are made and dropped

    def url(self, user: str, password: str, database: str) -> str:
        """Return the connection URL for `user` on `database`."""
        return f"postgresql://{quote(user)}:{quote(password)}@{self.host}:{self.port}/{quote(database)}"

    def superuser_url(self, database: str | None = None) -> str:
        """Return the connection URL of the server's superuser, for provisioning only."""
        return self.url(self.superuser, self.superuser_password, database or self.maintenance)


Lend = Callable[[], AbstractContextManager[Server]]  # gives a server for as long as the context lasts


class Cluster(NamedTuple):
    """What it takes to run a server: programs, an account, a folder of that account, a password."""

    programs: Programs
    account: Account
    folder: Path  # absolute, without symbolic links: it is how a process is recognised as ours
    superuser_password: str
    settings: tuple[str, ...] = ()  # "fsync=off"

    @property
    def data(self) -> Path:
        """The data folder; each major version has its own, since none reads another's."""
        return self.folder / str(self.programs.major)

    @property
    def log(self) -> Path:
        """The server's own words since its last start."""
        return self.folder / "server.log"


def start(cluster: Cluster, port: int | None = None) -> Server:
    """Start the server in the background, or find it running. The caller holds the cluster's lock.

    Args:
        cluster: what to run.
        port: a port to use if it is free; otherwise the kernel chooses.

    Raises:
        CouldNotRunError: initdb or the server failed; with the server's own last words.
    """
    initialise(cluster)
    deadline = time.monotonic() + RETRY_SECONDS
    while (found := running(cluster.data)) is None:
        disown_stale_pid(cluster.data)
        port = free_port(port)
        launched = cluster.account.run(
            ["sh", "-c", DETACHED, "sh", str(cluster.log), *command(cluster, port)],
        )
        is_ready = await_ready(cluster.data, int(launched.stdout))
        if not is_ready and ("in use" not in _read_log(cluster) or time.monotonic() > deadline):
            raise CouldNotRunError(f"The PostgreSQL server did not start: {last_words(cluster)}")
    return Server(found, cluster.superuser_password)


def initialise(cluster: Cluster) -> None:
    """Make the data folder, unless it is there: under another name first, so that it is never half made.

    Raises:
        CouldNotRunError: initdb failed; with its own last words.
    """
    if cluster.data.exists():
        return
    unfinished = cluster.folder / f"{cluster.data.name}.new"
    secret = cluster.folder / f"{cluster.data.name}.password"
    shutil.rmtree(unfinished, ignore_errors=True)
    secret.unlink(missing_ok=True)
    write_private(secret, cluster.superuser_password)
    cluster.account.own(secret)
    made = cluster.account.run(
        [
            str(cluster.programs.folder / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            *(["--no-sync"] if "fsync=off" in cluster.settings else []),
        ]
    )
    secret.unlink()
    if made.returncode:
        raise CouldNotRunError(f"initdb failed: {_last_line(made.stderr)}")
    unfinished.rename(cluster.data)


def command(cluster: Cluster, port: int) -> list[str]:
    """Return the command line of the server."""
    settings = (
        f"listen_addresses={HOST}",
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        *cluster.settings,
    )
    options = [part for setting in settings for part in ("-c", setting)]
    return [str(cluster.programs.folder / "postgres"), "-D", str(cluster.data), "-p", str(port), *options]


def free_port(wish: int | None = None) -> int:
    """Return `wish` if nobody listens on it, else a port that the kernel says is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wish or 0))
        except OSError:
            probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def last_words(cluster: Cluster) -> str:
    """Return why the server ended, from its log."""
    text = _read_log(cluster)
    _, _, reason = text.rpartition("FATAL:  ")
    return reason.partition("\n")[0] or _last_line(text)


def _read_log(cluster: Cluster) -> str:
    return cluster.log.read_text(encoding="utf-8", errors="replace") if cluster.log.exists() else ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing."
