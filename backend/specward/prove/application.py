"""The application under test, served by its own interpreter on a port of its own."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from specward.contract.entry import EntryPoint
from specward.contract.served import interpreter
from specward.database.server import free_port
from specward.errors import CouldNotRunError
from specward.prove.client import Client

START = 60.0  # seconds until it answers
END = 20.0  # seconds for what it has begun
_LAST_LINES = 5


@contextmanager
def serving(
    root: Path, entry: EntryPoint, env: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[Client]:
    """Serve the application while the context lasts; at its end everything it has begun is done.

    Args:
        root: The repository's top.
        entry: How to start the application.
        env: Variables besides those of the environment and of the entry point.
        options: Of uvicorn, as the project itself serves the application.

    Raises:
        CouldNotRunError: It does not start, or does not end.
    """
    port = free_port()
    attribute, factory = entry.app.removesuffix("()"), entry.app.endswith("()")
    command = [interpreter(root, entry), "-m", "uvicorn", attribute, *(["--factory"] if factory else [])]
    # It believes X-Forwarded-For from this machine, so that each request can come from somewhere else.
    ours = ["--host", "127.0.0.1", "--port", str(port), "--forwarded-allow-ips", "127.0.0.1"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 -- the project's own interpreter and entry point
            [*command, *options, *ours, "--proxy-headers", "--no-access-log"],
            cwd=(root / entry.folder).resolve(),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **entry.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _await(process, port, entry, log)
            yield Client(port)
        finally:
            _end(process)


def _await(process: subprocess.Popen[bytes], port: int, entry: EntryPoint, log: IO[bytes]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if process.poll() is not None:
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
            raise CouldNotRunError(f"The application {entry.app} does not start: {' '.join(lines)}")
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise CouldNotRunError(f"The application {entry.app} does not answer within {START:.0f} seconds.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
