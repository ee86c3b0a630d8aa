"""T-084: what one instance makes arrives through another, in order, each once, to whom it belongs."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from psycopg import AsyncConnection

from app.core.keys import read_keys
from app.core.notice import Notice
from app.core.tokens import AccessTokens
from app.notifications import live
from app.notifications.listener import _is_direct
from app.notifications.repository import make
from app.notifications.streams import Stream
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import SIGNING_KEYS, Person
from tests.app.notifications.conftest import SessionOf, Superuser, id_of
from tests.app.notifications.instances import Instance, instance, listen, send_test
from tests.app.notifications.test_places import TIME_IS_OVER
from tests.servers.urls import through

pytestmark = pytest.mark.anyio

Two = tuple[Instance, Instance]
WAYS = ("listening", "polling")
AWAITED = "select pid from pg_locks where relation = 'notifications'::regclass and not granted"
UNTIL_READ_AWAITED = f"do $$ begin while not exists ({AWAITED}) loop perform pg_sleep(0.01); end loop; end $$"


def url_of(request: pytest.FixtureRequest, server: Server, database: Urls) -> str:
    """What instances have that listen, or that can but poll."""
    port = server.port if request.param == "listening" else request.getfixturevalue("pooler")
    return through(database.app, port)


@pytest.fixture(scope="module", params=WAYS)
def two(
    request: pytest.FixtureRequest, server: Server, database: Urls, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Two]:
    """Two instances: with a direct URL each, or with nothing but a pooler's."""
    url = url_of(request, server, database)
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(instance(tmp_path_factory.mktemp("instance"), DATABASE_URL=url))
            for _ in range(2)
        )
        yield one, other


@pytest.fixture
def direct(server: Server, database: Urls) -> str:
    return through(database.app, server.port)


async def test_what_one_makes_arrives_through_the_other(alice: Person, bob: Person, two: Two) -> None:
    async with listen(alice, two[0]) as stream, listen(bob, two[0]) as of_bob:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        made = await send_test(alice, two[1])
        (event,) = await stream.take(1)
        assert (event.data["id"], event.name) == (made, "notification")
        assert event.data == (await alice.call("GET", f"/v1/notifications/{made}")).json()
        of_his_own = await send_test(bob, two[1])
        assert [event.data["id"] for event in await of_bob.take(1)] == [of_his_own]


async def test_a_key_holds_no_stream_back(alice: Person, two: Two) -> None:
    """Some clients send one with whatever they send."""
    async with asyncio.timeout(20), listen(alice, two[0], **{"Idempotency-Key": "k"}) as stream:
        made = await send_test(alice, two[1])
        assert [event.data["id"] for event in await stream.take(1)] == [made]


async def test_the_head_of_a_stream_takes_no_place(alice: Person, two: Two) -> None:
    """However often it is asked for."""
    headers = {"Authorization": f"Bearer {alice.tokens['access_token']}"}
    async with asyncio.timeout(100), httpx2.AsyncClient(base_url=two[0].url, timeout=None) as client:
        for _ in range(5):
            answer = await client.head("/v1/notifications/stream", headers=headers)
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert (await client.get("/v1/account", headers=headers)).status_code == 200


async def test_a_stream_begins_with_what_is_new(alice: Person, bob: Person, two: Two) -> None:
    """And the place of somebody else's event gives nothing of theirs."""
    await send_test(alice, two[0])
    async with listen(bob, two[0]) as of_bob:
        await send_test(bob, two[0])
        (foreign,) = await of_bob.take(1)
    for headers in ({}, {"Last-Event-ID": foreign.id}):
        async with listen(alice, two[0], **headers) as stream:
            made = await send_test(alice, two[1])
            assert [event.data["id"] for event in await stream.take(1)] == [made]
            await alice.call("DELETE", f"/v1/notifications/{made}")


async def test_a_stream_that_breaks_before_its_first_event(alice: Person, two: Two) -> None:
    """Also when there has never been one."""
    async with listen(alice, two[0]) as stream:
        began_at = stream.began_at
    made = [await send_test(alice, at) for at in two]
    async with listen(alice, two[1], **{"Last-Event-ID": began_at}) as stream:
        assert stream.began_at == began_at
        assert [event.data["id"] for event in await stream.take(2)] == made


async def test_what_was_deleted_is_still_a_place(alice: Person, two: Two) -> None:
    """A client whose last event is no more misses nothing that came after it."""
    async with listen(alice, two[0]) as stream:
        last = await send_test(alice, two[1])
        (event,) = await stream.take(1)
    newer = [await send_test(alice, two[1]) for _ in range(2)]
    assert (await alice.call("DELETE", f"/v1/notifications/{last}")).status_code == 204
    for at in two:
        async with listen(alice, at, **{"Last-Event-ID": event.id}) as stream:
            assert [event.data["id"] for event in await stream.take(2)] == newer


@pytest.mark.parametrize("last", ["x", str(UUID(int=7)), "x" * 201, "A" * 32 + "="])
async def test_an_id_that_is_no_events_is_refused(alice: Person, two: Two, last: str) -> None:
    async with listen(alice, two[0], **{"Last-Event-ID": last}) as stream:
        problem = json.loads(await stream.answer.aread())
    assert (problem["status"], problem["errors"][0]["pointer"]) == (422, "Last-Event-ID")


async def test_nothing_is_lost_or_repeated_over_reconnects(alice: Person, two: Two) -> None:
    async with listen(alice, two[0]) as stream:
        await send_test(alice, two[0])
        last = (await stream.take(1))[0].id
    making = [asyncio.create_task(send_test(alice, two[n % 2])) for n in range(30)]
    received: list[str] = []
    while len(received) < len(making):
        async with listen(alice, two[len(received) % 2], **{"Last-Event-ID": last}) as stream:
            taken = await stream.take(min(7, len(making) - len(received)))
        received += [event.data["id"] for event in taken]
        last = taken[-1].id
    assert sorted(received) == sorted(await asyncio.gather(*making))
    page = (await alice.call("GET", "/v1/notifications", params={"limit": 30})).json()
    assert received == [item["id"] for item in reversed(page["items"])]


async def test_what_is_said_by_somebody_else_on_the_channel_deafens_nobody(
    alice: Person, superuser: Superuser, two: Two
) -> None:
    """Whoever may connect to the database may notify."""
    async with listen(alice, two[0]) as stream:
        await superuser.execute("select pg_notify('notifications', 'nonsense')")
        made = await send_test(alice, two[1])
        async with asyncio.timeout(live.HEARTBEAT_SECONDS / 2):
            assert [event.data["id"] for event in await stream.take(1)] == [made]


async def test_what_somebody_does_not_want_live_is_passed_over(
    alice: Person, two: Two, session_of: SessionOf
) -> None:
    await alice.call("PUT", "/v1/notifications/preferences/product/live", json={"enabled": False})
    async with listen(alice, two[0]) as stream:
        await send_test(alice, two[1])
        wanted = await make(session_of(alice), Notice("security", "wanted"))
        assert [event.data["id"] for event in await stream.take(1)] == [str(wanted.id)]


async def test_a_stream_ends_when_the_token_does(alice: Person, two: Two) -> None:
    issuer = AccessTokens(
        read_keys(SIGNING_KEYS.get_secret_value()),
        issuer="http://localhost:8000",
        audience="backend",
        client_id="first-party",
        seconds=2,
    )
    token = issuer.issue(id_of(alice), uuid4())
    brief = alice._replace(tokens={"access_token": token})
    async with listen(brief, two[0]) as stream:
        assert [event async for event in stream.events()] == []


async def test_no_stream_without_a_token(alice: Person, two: Two) -> None:
    async with listen(alice._replace(tokens={"access_token": "x"}), two[0]) as stream:
        assert stream.answer.status_code == 401


@pytest.fixture(params=WAYS)
def url(request: pytest.FixtureRequest, server: Server, database: Urls) -> str:
    return url_of(request, server, database)


async def test_three_streams_and_no_more(
    alice: Person, bob: Person, url: str, tmp_path: Path, superuser: Superuser
) -> None:
    """Wherever they are; and what a process held when it was killed is free again in time."""
    with instance(tmp_path, DATABASE_URL=url) as one, instance(tmp_path, DATABASE_URL=url) as other:
        async with AsyncExitStack() as streams:
            for at in (one, other, one):
                stream = await streams.enter_async_context(listen(alice, at))
                assert stream.answer.status_code == 200
            for at in (one, other):
                async with listen(alice, at) as fourth:
                    assert fourth.answer.status_code == 429
                    assert int(fourth.answer.headers["retry-after"]) > 0
            async with listen(bob, other) as of_bob:
                assert of_bob.answer.status_code == 200
        await three_at(alice, other)
        async with AsyncExitStack() as streams:
            for _ in range(3):
                await streams.enter_async_context(listen(alice, one))
            one.process.kill()
            async with listen(alice, other) as early:
                assert early.answer.status_code == 429
            await superuser.execute(TIME_IS_OVER, [id_of(alice)])
            await three_at(alice, other)
            await streams.pop_all().aclose()


async def three_at(person: Person, at: Instance) -> None:
    """Have three streams at one instance, as soon as it knows that the others have ended."""
    async with AsyncExitStack() as streams:
        opened = 0
        while opened < 3:
            stream = await streams.enter_async_context(listen(person, at))
            opened += stream.answer.is_success


async def test_a_lost_connection_loses_nothing(
    alice: Person, direct: str, tmp_path: Path, superuser: Superuser
) -> None:
    with instance(tmp_path, DATABASE_URL=direct) as at:
        async with listen(alice, at) as stream:
            await send_test(alice, at)
            await stream.take(1)
            ended = await superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'listener' and datname = current_database()"
            )
            assert ended.rowcount >= 1
            made = await send_test(alice, at)
            assert [event.data["id"] for event in await stream.take(1)] == [made]


async def test_a_client_that_leaves_costs_no_connection(
    alice: Person, direct: str, tmp_path: Path, superuser: Superuser
) -> None:
    """What its stream asks just then of the database comes to its end: cancelling takes another one."""
    url = f"{direct}?application_name=left"
    with instance(tmp_path, DATABASE_URL=url, DATABASE_MAX_CONNECTIONS="1") as at:
        async with listen(alice, at) as stream:
            began_at = stream.began_at
        async with superuser.transaction():
            await superuser.execute("lock table notifications")
            async with listen(alice, at, **{"Last-Event-ID": began_at}):
                await superuser.execute(UNTIL_READ_AWAITED)
            await asyncio.sleep(0.5)
            waiting = await (await superuser.execute(AWAITED)).fetchall()
            assert len(waiting) == 1
        await three_at(alice, at)
        served = await superuser.execute(
            "select pid from pg_stat_activity where application_name = 'left' and usename = 'app_user'"
        )
        assert await served.fetchall() == waiting


async def test_a_process_that_is_to_end_ends_its_streams(alice: Person, direct: str, tmp_path: Path) -> None:
    with instance(tmp_path, LISTEN_DATABASE_URL=direct, DATABASE_URL=direct) as at:
        async with listen(alice, at) as stream:
            at.process.terminate()
            assert [event async for event in stream.events()] == []
        assert await asyncio.to_thread(at.process.wait) in {0, -signal.SIGTERM}


async def test_a_pooler_is_told_from_the_server(direct: str, pooler: int) -> None:
    for url, expected in ((direct, True), (through(direct, pooler), False)):
        async with await AsyncConnection.connect(url) as connection:
            assert await _is_direct(connection) is expected


async def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.01)
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if len(sent) > 2:
            await asyncio.Event().wait()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b": x\n\n"

    await live.LiveResponse(Stream(uuid4()), endless()).stream_response(send)
    assert len(sent) == 3


async def test_what_does_not_end_with_its_client_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement, or a database that is silent: the client has left, and nothing waits for ever."""
    monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.01)
    stream = Stream(uuid4())

    async def stuck() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def left() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: MutableMapping[str, Any]) -> None: ...

    async with asyncio.timeout(5):
        await live.LiveResponse(stream, stuck())({"type": "http"}, left, send)
    assert stream.stopped
