"""Whether a server really runs on a data folder, and how it is ended.

A server is killed at any moment by power cuts, out-of-memory killers and impatient people. So a file is never
trusted to mean a process: `postmaster.pid` counts only while that process really serves this data folder.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from specward.errors import CouldNotRunError

START_SECONDS = 60.0  # recovery after a crash counts as starting
STOP_SECONDS = 10.0
POLL_SECONDS = 0.01
PID_FILE_LINES = 8
NO_PROCESS = 2**31 - 1  # above every system's largest process id


def running(data: Path) -> int | None:
    """Return the port of the server on `data` when it runs and is ready, or is becoming so."""
    pid = _pid_file(data).pid
    if pid is None or not serves(pid, data) or not await_ready(data, pid):
        return None
    return _pid_file(data).port


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
        f"The PostgreSQL server (process {pid}) does not stop. Look at its log beside {data}."
    )


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


class _PidFile(NamedTuple):
    pid: int | None = None
    port: int = 0
    ready: bool = False


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
