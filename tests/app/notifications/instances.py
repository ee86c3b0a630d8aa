"""Instances of the service as an operator runs them: processes of a real server, behind one database."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

from tests.app.conftest import SIGNING_KEYS, Person

BACKEND = Path(__file__).parents[3] / "backend"
SERVE = """
import socket, sys, uvicorn
from app.core.protocol import BoundedHttp
from app.main import app
listening = socket.socket(fileno=int(sys.argv[1]))
uvicorn.Server(uvicorn.Config(app, http=BoundedHttp, log_level="error")).run(sockets=[listening])
"""


class Instance(NamedTuple):
    """One process of the service."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def instance(directory: Path, **settings: str) -> Iterator[Instance]:
    """Run an instance. Its socket listens from the beginning, so there is nothing to wait for."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(BACKEND),
        "SIGNING_KEYS": SIGNING_KEYS.get_secret_value(),
        "PASSWORD_MEMORY_KIB": "8",
        "PASSWORD_PASSES": "1",
        "PASSWORD_LANES": "1",
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        **settings,
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(listening.fileno())],
            cwd=directory,
            env=environment,
            pass_fds=[listening.fileno()],
        )
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield Instance(url, process)
    finally:
        process.terminate()
        process.wait()


class Event(NamedTuple):
    """A server-sent event."""

    id: str
    name: str
    data: dict[str, Any]


class Listening:
    """An open stream, as a browser reads it."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()
        self.began_at = ""
        """The id of the place where it began."""

    async def opened(self) -> None:
        """Wait for the comment and the id that a stream begins with."""
        assert (await anext(self._lines)).startswith(":")
        name, _, self.began_at = (await anext(self._lines)).partition(": ")
        assert name == "id"

    async def events(self) -> AsyncIterator[Event]:
        """Yield events until the stream ends."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield Event(fields["id"], fields["event"], json.loads(fields["data"]))
                fields = {}

    async def take(self, count: int) -> list[Event]:
        """Read so many events."""
        taken: list[Event] = []
        async for event in self.events():
            taken.append(event)
            if len(taken) == count:
                break
        return taken


@asynccontextmanager
async def listen(person: Person, at: Instance, **headers: str) -> AsyncIterator[Listening]:
    """Open somebody's stream at an instance; it is open when the first line has come."""
    authorization = {"Authorization": f"Bearer {person.tokens['access_token']}"}
    async with (
        httpx2.AsyncClient(timeout=60) as client,
        client.stream(
            "GET", f"{at.url}/v1/notifications/stream", headers={**authorization, **headers}
        ) as answer,
    ):
        listening = Listening(answer)
        if answer.is_success:
            await listening.opened()
        yield listening


async def send_test(person: Person, at: Instance) -> str:
    """Have an instance make a test notification."""
    authorization = {"Authorization": f"Bearer {person.tokens['access_token']}"}
    async with httpx2.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{at.url}/v1/notifications/test", headers=authorization)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
