"""SIGTERM loses nothing: the real server in a process of its own, under load."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from httpx2 import AsyncClient

from specward.database.provision import Urls
from specward.database.server import HOST, Server
from tests.app.conftest import SECRETS, Person, is_mail, join, name_of

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
LOAD = 50  # requests before the signal


class Instance(NamedTuple):
    """A running server process."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@contextmanager
def serving(url: str, folder: Path, **settings: str) -> Iterator[Instance]:
    """Run uvicorn on a port that the system chooses; its log goes to a file."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PASSWORD_MEMORY_KIB": "8",
        "PASSWORD_PASSES": "1",
        "PASSWORD_LANES": "1",
        **settings,
    }
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--app-dir", str(ROOT / "backend")]
    command += ["--http", "app.core.protocol:BoundedHttp"]
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*command, "--host", HOST, "--port", "0"], env=environment, cwd=folder, stderr=output, text=True
        ) as process,
    ):
        try:
            yield Instance(process, _address(log, process), log)
        finally:
            process.kill()


def _address(log: Path, process: subprocess.Popen[str]) -> str:
    with log.open() as output:
        while process.poll() is None:
            if found := re.search(r"http://[\d.]+:\d+", output.readline()):
                return found[0]
    raise AssertionError(log.read_text())


@asynccontextmanager
async def person_at(url: str) -> AsyncIterator[Person]:
    async with AsyncClient(base_url=url, timeout=30) as client:
        yield await join(client)


async def test_no_request_is_lost_under_load(database: Urls, tmp_path: Path) -> None:
    """A balancer stops to send once the instance is not ready; whatever it sent is answered."""
    with serving(database.app, tmp_path, SHUTDOWN_DELAY_SECONDS="3") as instance:
        async with person_at(instance.url) as person:
            loaded, not_ready = asyncio.Event(), asyncio.Event()
            answered: list[int] = []

            async def send_requests() -> None:
                while not not_ready.is_set():
                    change = {"json": {"about": "x"}, "headers": {"If-Match": "*"}}
                    answered.append((await person.call("PATCH", "/v1/profile", **change)).status_code)
                    if len(answered) >= LOAD:
                        loaded.set()

            async def balance() -> None:
                await loaded.wait()
                instance.terminate()
                while (await person.client.get("/readyz")).status_code == 200:  # noqa: ASYNC110 -- a balancer asks
                    await asyncio.sleep(0.01)
                not_ready.set()

            await asyncio.gather(balance(), *(send_requests() for _ in range(8)))
            profile = (await person.call("GET", "/v1/profile")).headers["etag"]
        assert set(answered) == {200}
        assert profile == f'"{len(answered)}"'
        assert instance.process.wait() == -signal.SIGTERM


async def test_requests_on_their_way_are_finished(database: Urls, tmp_path: Path, server: Server) -> None:
    with serving(database.app, tmp_path) as instance:
        async with person_at(instance.url) as person:
            with psycopg.connect(server.superuser_url(name_of(database))) as blocker:
                blocker.execute("lock table profiles")
                reads = [asyncio.create_task(person.call("GET", "/v1/profile")) for _ in range(8)]
                await until_waiting(blocker, len(reads))  # what has not been read yet is on nobody's way
                instance.terminate()
                await until_refused(instance)
            answers = await asyncio.gather(*reads)
        assert {answer.status_code for answer in answers} == {200}
        assert instance.process.wait() == -signal.SIGTERM


async def until_waiting(blocker: psycopg.Connection, many: int) -> None:
    query = "select count(*) from pg_locks where not granted and relation = 'profiles'::regclass"
    while blocker.execute(query).fetchone() != (many,):  # noqa: ASYNC110 -- another process's state
        await asyncio.sleep(0.01)


async def until_refused(instance: Instance) -> None:
    port = int(instance.url.rpartition(":")[2])
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except ConnectionRefusedError:
            return
        writer.close()
        await asyncio.sleep(0.01)


def is_json(line: str) -> bool:
    return line.startswith("{")


async def test_the_process_writes_lines_that_keep_secrets(database: Urls, tmp_path: Path) -> None:
    """What the server itself writes included; and its access log, which names queries, is off."""
    with serving(database.app, tmp_path) as instance:
        async with person_at(instance.url) as person:
            await person.call("GET", f"/v1/profile?token={person.tokens['refresh_token']}")
        instance.terminate()
        instance.process.wait()
        written = instance.log.read_text().splitlines()
    # Until it serves, the lines are plain: a person may be reading.
    lines = [json.loads(line) for line in written if is_json(line)]
    assert all(line.startswith("{") for line in written[written.index(next(filter(is_json, written))) :])
    assert [line["status"] for line in lines if line["event"] == "request"] == [202, 200, 200]
    about = [line for line in written if not is_mail(line)]
    assert not [line for line in about if SECRETS.search(line) or person.tokens["refresh_token"] in line]
