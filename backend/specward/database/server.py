"""Starts and stops one PostgreSQL server: loopback only, passwords always, never as root.

A server is killed at any moment by power cuts, out-of-memory killers and impatient people. So nothing here
trusts a file to mean a process: `postmaster.pid` counts only while that process really serves this data
folder; a data folder gets its name only when initdb has finished; a port is asked of the kernel and asked
again when somebody was faster.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from specward.database.account import Account
from specward.database.binaries import Programs
from specward.errors import CouldNotRunError

HOST = "127.0.0.1"
SUPERUSER = "postgres"

START_SECONDS = 60.0  # recovery after a crash counts as starting
RETRY_SECONDS = 5.0  # while the port is in use, or the memory, by the last processes of a killed server
STOP_SECONDS = 10.0
POLL_SECONDS = 0.01
PID_FILE_LINES = 8
NO_PROCESS = 2**31 - 1  # above every system's largest process id

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
    while running(cluster.data) is None:
        disown_stale_pid(cluster.data)
        port = free_port(port)
        launched = cluster.account.run(
            ["sh", "-c", DETACHED, "sh", str(cluster.log), *command(cluster, port)],
        )
        if await_ready(cluster.data, int(launched.stdout)):
            break
        if "in use" not in _read_log(cluster) or time.monotonic() > deadline:
            raise CouldNotRunError(f"The PostgreSQL server did not start: {last_words(cluster)}")
    return Server(_pid_file(cluster.data).port, cluster.superuser_password)


def stop(data: Path) -> bool:
    """Stop the server on `data` in an orderly way, then less so. Returns whether one was running.

    Raises:
        CouldNotRunError: it belongs to somebody else, or does not end.
    """
    pid = _pid_file(data).pid
    if pid is None or not serves(pid, data):
        return False
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        except PermissionError as error:
            raise CouldNotRunError(
                f"The server (process {pid}) runs as another user. Stop it as the user who started it."
            ) from error
        if _wait_until_gone(pid, data):
            return True
    raise CouldNotRunError(
        f"The PostgreSQL server (process {pid}) does not end. Look at its log beside {data}."
    )


def running(data: Path) -> int | None:
    """Return the port of the server on `data` when it runs and is ready, or is becoming so."""
    pid = _pid_file(data).pid
    if pid is None or not serves(pid, data) or not await_ready(data, pid):
        return None
    return _pid_file(data).port


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


def await_ready(data: Path, pid: int) -> bool:
    """Wait until process `pid` on `data` accepts connections; False when it ended instead.

    Raises:
        CouldNotRunError: neither came about in a minute.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        stated = _pid_file(data)
        if stated.pid == pid and stated.ready:
            return True
        if not _lives(pid):
            return False
        time.sleep(POLL_SECONDS)
    raise CouldNotRunError(f"The PostgreSQL server on {data} is not ready after a minute. Look at its log.")


def serves(pid: int, data: Path) -> bool:
    """Whether process `pid` lives and is a server on the data folder `data`; ids are used again by others."""
    if not Path("/proc/self").exists():
        return f"-D {data} " in _ps("command=", pid)
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def disown_stale_pid(data: Path) -> None:
    """Put an impossible process id into the pid file of a dead server.

    After a reboot the id in the file may be in use again, and the server would refuse to start. Without a
    process it still checks that nobody holds the shared memory named in the file; deleting the file would
    lose that check.
    """
    path = data / "postmaster.pid"
    if path.exists():
        _, _, rest = path.read_text(encoding="utf-8").partition("\n")
        path.write_text(f"{NO_PROCESS}\n{rest}", encoding="utf-8")


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


class _PidFile(NamedTuple):
    pid: int | None = None
    port: int = 0
    ready: bool = False


def _read_log(cluster: Cluster) -> str:
    return cluster.log.read_text(encoding="utf-8", errors="replace") if cluster.log.exists() else ""


def _pid_file(data: Path) -> _PidFile:
    """Read `postmaster.pid`: line 1 is the process, 4 the port, 8 the state (source: miscadmin.h)."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return _PidFile()
    if len(lines) < PID_FILE_LINES:
        return _PidFile(int(lines[0]) if lines else None)
    return _PidFile(int(lines[0]), int(lines[3]), lines[7].strip() == "ready")


def _lives(pid: int) -> bool:
    """Whether process `pid` is there and no zombie: a container's first process often reaps nobody."""
    if not Path("/proc/self").exists():
        return _ps("stat=", pid).strip()[:1] not in {"", "Z"}
    try:
        _, _, state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state[:1] not in {"Z", "X"}


def _ps(column: str, pid: int) -> str:
    """Ask ps(1) about a process, where there is no /proc."""
    return subprocess.run(  # noqa: S603 -- a number and a word of ours
        ["ps", "-ww", "-o", column, "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def _wait_until_gone(pid: int, data: Path) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not serves(pid, data):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing."
