"""T-084: an owner's streams have three places, whoever serves them, and a dead one keeps none."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from fastapi.sse import KEEPALIVE_COMMENT
from psycopg import OperationalError

from app.core.asker import Principal
from app.core.database import Database, Session
from app.core.problems import ProblemError
from app.notifications import live, places
from app.notifications.repository import BEFORE_ALL, make
from app.notifications.service import TEST
from app.notifications.streams import Stream
from tests.app.conftest import Person
from tests.app.notifications.conftest import SessionOf, Superuser, id_of

pytestmark = pytest.mark.anyio

TIME_IS_OVER = "update live_streams set expires_at = now() - interval '1 second' where owner_id = %s"
READ_ONLY = "do $$ begin execute format('alter role app_user in database %I {}', current_database()); end $$"
NEW_CONNECTIONS = """
select pg_terminate_backend(pid, 5000) from pg_stat_activity
where usename = 'app_user' and datname = current_database()
"""
LEFT = "select count(*) from live_streams where owner_id = %s and expires_at > now()"


@pytest.fixture
def session(session_of: SessionOf, alice: Person) -> Session[Principal]:
    return session_of(alice)


@asynccontextmanager
async def woken_often(stream: Stream) -> AsyncIterator[None]:
    """Wake a stream as one that polls is woken, only faster."""

    async def wake() -> None:
        while True:
            stream.wake()
            await asyncio.sleep(0.001)

    waking = asyncio.create_task(wake())
    yield
    waking.cancel()


async def events(session: Session[Principal], stream: Stream) -> AsyncIterator[bytes]:
    """What is sent after the beginning."""
    position = await live.begin(session, None)
    sent = live.events(stream, session, position, time.time() + 60)
    assert (await anext(sent)).startswith(b": connected")
    async for each in sent:
        yield each


async def count(superuser: Superuser, person: Person) -> int:
    row = await (await superuser.execute(LEFT, [id_of(person)])).fetchone()
    assert row
    return int(row[0])


async def test_three_of_those_that_come_at_once(
    session: Session[Principal], session_of: SessionOf, bob: Person
) -> None:
    begun = await asyncio.gather(*(places.take(session) for _ in range(8)))
    assert len({stream for stream in begun if stream}) == 3
    assert await places.take(session_of(bob)) is not None


async def test_whose_time_is_over_is_followed(
    session: Session[Principal], alice: Person, superuser: Superuser
) -> None:
    first = await places.take(session)
    await superuser.execute(TIME_IS_OVER, [id_of(alice)])
    assert first
    assert await places.keep(session, first)  # nobody wanted its place
    await superuser.execute(TIME_IS_OVER, [id_of(alice)])
    assert await places.take(session)
    assert not await places.keep(session, first)
    await places.give_back(session, first)  # it gives back nothing
    assert await count(superuser, alice) == 1


async def test_a_stream_has_a_place_while_it_lasts(
    session: Session[Principal], alice: Person, superuser: Superuser
) -> None:
    async with AsyncExitStack() as streams:
        for taken in (1, 2, 3):
            await streams.enter_async_context(places.taken(session))
            assert await count(superuser, alice) == taken
        with pytest.raises(ProblemError, match="too-many-requests"):
            await streams.enter_async_context(places.taken(session))
    assert await count(superuser, alice) == 0


async def test_a_heartbeat_keeps_the_place_however_often_a_stream_is_woken(
    session: Session[Principal], alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who polls is woken once a second, and may have nothing else to send for hours."""
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.1)
    async with places.taken(session) as stream_id, woken_often(stream := Stream(stream_id)):
        await superuser.execute(TIME_IS_OVER, [id_of(alice)])
        assert await asyncio.wait_for(anext(events(session, stream)), 10) == KEEPALIVE_COMMENT
        assert await count(superuser, alice) == 1


async def test_a_stream_that_has_lost_its_place_ends(
    session: Session[Principal], alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)
    async with places.taken(session) as stream_id:
        await superuser.execute(TIME_IS_OVER, [id_of(alice)])
        async with places.taken(session):
            assert [each async for each in events(session, Stream(stream_id))] == []


async def test_who_takes_events_slowly_gets_heartbeats_all_the_same(
    session: Session[Principal], alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place whose time is over is anybody's, and a slow client could have any number of streams."""
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.5)
    async with places.taken(session) as stream_id:
        sent = live.events(Stream(stream_id), session, BEFORE_ALL, time.time() + 60)
        await anext(sent)
        for _ in range(3):
            await make(session, TEST)
        assert (await anext(sent)).startswith(b"event: ")
        await superuser.execute(TIME_IS_OVER, [id_of(alice)])
        await asyncio.sleep(0.6)
        assert await anext(sent) == KEEPALIVE_COMMENT
        assert await count(superuser, alice) == 1
        assert [(await anext(sent)).startswith(b"event: ") for _ in range(2)] == [True] * 2


async def test_who_takes_events_slowly_is_sent_none_when_the_token_has_ended(
    session: Session[Principal],
) -> None:
    for _ in range(3):
        await make(session, TEST)
    sent = live.events(Stream(uuid4()), session, BEFORE_ALL, expires_at := time.time() + 1)
    begun = [await anext(sent) for _ in range(2)]
    await asyncio.sleep(expires_at - time.time())
    assert begun[1].startswith(b"event: ")
    assert [each async for each in sent] == []


async def test_a_database_that_is_away_keeps_no_stream_from_its_end(
    session: Session[Principal], door: Database, alice: Person, superuser: Superuser
) -> None:
    async with places.taken(session) as stream_id:
        await door.close()
        with pytest.raises(OperationalError):
            await places.keep(session, stream_id)
    assert await count(superuser, alice) == 1  # until its time is over


async def test_a_database_that_takes_no_writes_ends_a_stream(
    session: Session[Principal], alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is lost does: a primary has become a replica, say."""
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)
    async with places.taken(session) as stream_id:
        await superuser.execute(READ_ONLY.format("set default_transaction_read_only = on"))
        try:
            await superuser.execute(NEW_CONNECTIONS)
            assert [each async for each in events(session, Stream(stream_id))] == []
        finally:
            await superuser.execute(READ_ONLY.format("reset default_transaction_read_only"))
    assert await count(superuser, alice) == 1  # until its time is over
    await superuser.execute(NEW_CONNECTIONS)
