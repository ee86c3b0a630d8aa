"""Two processes of the service behind one pooled database act as one: nothing is done twice, or lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack

import psycopg
import pytest
from httpx2 import AsyncClient, Response

from app.core.opaque import digest_of
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import Person, name_of
from tests.app.notifications.instances import Instance, instance, listen
from tests.servers.urls import through

pytestmark = pytest.mark.anyio

NOTIFICATIONS = "/v1/notifications"
LONG_AGO = "update refresh_tokens set spent_at = spent_at - interval '1 minute' where token_hash = %s"
EACH = 4  # requests at once at each instance


@pytest.fixture(scope="module")
def two(
    pooler: int, database: Urls, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Instance, Instance]]:
    """Two processes that have nothing in common but a pooler's URL."""
    folder, url = tmp_path_factory.mktemp("instance"), through(database.app, pooler)
    with ExitStack() as stack:
        one, other = (stack.enter_context(instance(folder, DATABASE_URL=url)) for _ in range(2))
        yield one, other


@pytest.fixture
async def both(two: tuple[Instance, Instance], alice: Person) -> AsyncIterator[list[Person]]:
    """Alice, as often as there are requests to be sent at once, at each instance in turn."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(AsyncClient(base_url=at.url, timeout=None)) for at in two]
        yield [alice._replace(client=client) for client in clients * EACH]


async def ids(person: Person, *, unread: bool | None = None) -> set[str]:
    """What the list has, or the part that is unread or read."""
    page = (await person.call("GET", NOTIFICATIONS, params={"limit": 100})).json()
    return {item["id"] for item in page["items"] if unread is None or (item["read_at"] is None) == unread}


async def make(person: Person, **headers: str) -> Response:
    """Have a notification made."""
    answer = await person.call("POST", f"{NOTIFICATIONS}/test", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


async def refresh(person: Person, token: str) -> Response:
    """Exchange a refresh token."""
    return await person.client.post("/v1/auth/refresh", json={"refresh_token": token})


async def test_one_key_is_done_once(two: tuple[Instance, Instance], both: list[Person]) -> None:
    """One notification, and one event: what follows it in the stream has another key."""
    async with listen(both[0], two[0]) as stream:
        answers = await asyncio.gather(*(make(person, **{"Idempotency-Key": "one"}) for person in both))
        (made,) = {answer.content for answer in answers}
        assert {answers[0].json()["id"]} == await ids(both[0])
        assert made == (await make(both[1], **{"Idempotency-Key": "one"})).content
        other = (await make(both[1], **{"Idempotency-Key": "other"})).json()
        assert [event.data for event in await stream.take(2)] == [answers[0].json(), other]


async def test_one_refresh_token_asked_for_at_once(both: list[Person]) -> None:
    """A client that asks twice is not punished, and every pair that it got is good at both."""
    token = both[0].tokens["refresh_token"]
    answers = await asyncio.gather(*(refresh(person, token) for person in both))
    assert [answer.status_code for answer in answers] == [200] * len(both)
    assert len({answer.json()["refresh_token"] for answer in answers}) == len(both)
    renewed = [both[place]._replace(tokens=answer.json()) for place, answer in enumerate(reversed(answers))]
    assert {(await person.call("GET", "/v1/account")).status_code for person in renewed} == {200}


async def test_a_theft_at_one_ends_the_session_at_the_other(
    both: list[Person], server: Server, database: Urls
) -> None:
    """Whichever comes first, the thief's rotation or the owner's reuse, no token survives."""
    one, other, spent = both[0], both[1], both[0].tokens["refresh_token"]
    live = (await refresh(one, spent)).json()["refresh_token"]
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        connection.execute(LONG_AGO, [digest_of(spent)])
    reused, rotated = await asyncio.gather(refresh(other, spent), refresh(one, live))
    assert reused.status_code == 401
    left = rotated.json()["refresh_token"] if rotated.status_code == 200 else live
    assert [(await refresh(person, left)).status_code for person in (one, other)] == [401, 401]


async def test_all_are_marked_while_others_are_made(both: list[Person]) -> None:
    """What was there is read, what came after is not, and each one is counted once."""
    one, other = both[0], both[1]
    before = [(await make(one)).json()["id"] for _ in range(3)]
    making = [asyncio.create_task(make(person)) for person in both * 3]
    marking = [asyncio.create_task(other.call("POST", f"{NOTIFICATIONS}/read-all", json={})) for _ in both]
    between = [answer.json()["id"] for answer in await asyncio.gather(*making)]
    marked = [answer.json()["marked"] for answer in await asyncio.gather(*marking)]
    unread = await ids(one, unread=True)
    assert not unread & {*before}
    assert sum(marked) == len(before) + len(between) - len(unread)
    count = await other.call("GET", f"{NOTIFICATIONS}/unread-count")
    assert count.json()["unread"] == len(unread)


async def test_both_streams_have_what_both_make(two: tuple[Instance, Instance], both: list[Person]) -> None:
    """Made at once at both, in the order of the ids' times, each once."""
    async with listen(both[0], two[0]) as at_one, listen(both[0], two[1]) as at_other:
        made = {answer.json()["id"] for answer in await asyncio.gather(*map(make, both))}
        for stream in (at_one, at_other):
            received = [event.data["id"] for event in await stream.take(len(both))]
            assert len(received) == len({*received})
            assert {*received} == made
