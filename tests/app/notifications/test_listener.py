"""T-084: places are held by connections, so nobody's going away leaves one taken, nor keeps anybody out."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection

from app.core.shutdown import SIGNALS, announced_shutdown
from app.notifications.listener import Asked, Listener
from app.notifications.streams import Streams
from specward.database.provision import Urls
from specward.database.server import Server
from tests.servers.urls import through

pytestmark = pytest.mark.anyio

Listening = Callable[[], AbstractAsyncContextManager[Listener]]


@pytest.fixture
def listening(server: Server, database: Urls) -> Listening:
    """Run a listener on the server itself."""
    return lambda: served(Listener(through(database.app, server.port), direct=True))


@asynccontextmanager
async def served(listener: Listener) -> AsyncIterator[Listener]:
    running = asyncio.create_task(listener.run())
    yield listener
    running.cancel()
    await asyncio.wait([running])


async def test_a_place_is_one_processs_until_it_gives_it_back(listening: Listening) -> None:
    owner, somebody = uuid4(), uuid4()
    async with listening() as one, listening() as other:
        assert await one.take(owner, [0]) == 0
        assert await other.take(owner, [0, 1]) == 1
        assert await one.take(owner, [1]) is None
        assert await one.take(somebody, [1]) == 1
        other.give_back(owner, 1)
        assert await other.take(somebody, [2]) == 2  # answered after what was asked before
        assert await one.take(owner, [1]) == 1


async def test_a_process_that_ends_leaves_no_place_taken(listening: Listening) -> None:
    owner = uuid4()
    async with listening() as one:
        assert await one.take(owner, [0]) == 0
    async with listening() as other:
        while await other.take(owner, [0]) is None:
            pass  # the server has yet to notice


async def test_who_leaves_before_the_answer_leaves_no_place_taken(
    server: Server, database: Urls, listening: Listening
) -> None:
    owner = uuid4()
    listener = Listener(through(database.app, server.port), direct=True)
    leaving = asyncio.create_task(listener.take(owner, [0]))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    async with served(listener), listening() as other:
        assert await listener.take(owner, [1]) == 1
        assert await other.take(owner, [0]) == 0


async def test_a_process_that_is_cut_off_counts_alone() -> None:
    async with served(Listener("postgresql://nobody@127.0.0.1:1/none", direct=True)) as listener:
        assert await listener.take(uuid4(), [1, 2]) == 1


@pytest.fixture
def no_server() -> Iterator[None]:
    """Nobody handles SIGTERM; where tests are measured, coverage does."""
    others = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, others)


@pytest.mark.usefixtures("no_server")
async def test_without_a_server_signals_are_left_alone() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with announced_shutdown(0):
        assert [signal.getsignal(number) for number in SIGNALS] == before


async def test_a_place_that_came_as_its_client_left_is_given_back(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there, and its client is gone before it has heard it."""
    owner = uuid4()
    asking: list[asyncio.Task[int | None]] = []
    serve = Listener._serve  # noqa: SLF001 -- the moment between its answer and its hearing

    async def serve_and_leave(self: Listener, connection: AsyncConnection[Any], asked: Asked) -> None:
        await serve(self, connection, asked)
        if asking:
            asking.pop().cancel()

    async with listening() as one, listening() as other:
        monkeypatch.setattr(Listener, "_serve", serve_and_leave)
        asking.append(leaving := asyncio.create_task(one.take(owner, [0])))
        await asyncio.wait([leaving])
        assert leaving.cancelled()
        while await other.take(owner, [0]) is None:
            pass


async def test_a_stream_that_comes_once_the_process_is_to_end_ends_at_once() -> None:
    class Alone:
        async def take(self, _: UUID, places: list[int]) -> int:
            return places[0]

        def give_back(self, _: UUID, __: int) -> None:
            """Nobody else wants it."""

    streams = Streams(Alone())
    streams.stop()
    async with streams.join(uuid4()) as stream:
        assert stream.stopped
