"""T-084: what wakes streams, and what ends them."""

import asyncio
import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.core.shutdown import SIGNALS, announced_shutdown
from app.notifications import listener
from app.notifications.listener import Listener
from app.notifications.streams import Stream, Streams

pytestmark = pytest.mark.anyio

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_who_cannot_listen_goes_on_trying_while_there_are_streams(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "RECONNECT_SECONDS", 0.01)
    cut_off = Listener(NOWHERE, direct=True)
    trying = asyncio.create_task(cut_off.run())
    await asyncio.sleep(0.1)
    assert not caplog.records
    with cut_off.streams.joined(uuid4(), Stream(uuid4())):
        while len(caplog.records) < 3:  # noqa: ASYNC110 -- what it has logged
            await asyncio.sleep(0.01)
    trying.cancel()
    await asyncio.wait([trying])
    assert trying.cancelled()
    assert all("connection that listens was lost" in record.message for record in caplog.records)


async def test_the_streams_of_one_owner_are_woken() -> None:
    streams, owner, somebody = Streams(), uuid4(), uuid4()
    woken, other = Stream(uuid4()), Stream(uuid4())
    with streams.joined(owner, woken), streams.joined(somebody, other):
        streams.wake(owner)
        await asyncio.wait_for(woken.wait(60), 10)
        waiting = asyncio.create_task(other.wait(60))
        await asyncio.sleep(0)
        assert not waiting.done()
        streams.wake_all()
        await asyncio.wait_for(waiting, 10)


async def test_a_stream_that_comes_once_the_process_is_to_end_ends_at_once() -> None:
    streams, before, after = Streams(), Stream(uuid4()), Stream(uuid4())
    with streams.joined(uuid4(), before):
        streams.stop()
        assert before.stopped
    with streams.joined(uuid4(), after):
        assert after.stopped


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
