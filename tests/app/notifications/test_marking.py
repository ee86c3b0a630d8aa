"""T-081: one is marked, or all that are there, and none that is not."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.core.notice import Notice
from app.notifications.repository import make
from specward.database.provision import Urls
from tests.app.conftest import Person
from tests.app.notifications.conftest import SessionOf
from tests.app.notifications.instances import Instance, instance, send_test

pytestmark = pytest.mark.anyio

PATH = "/v1/notifications"


async def sent(person: Person) -> str:
    return str((await person.call("POST", f"{PATH}/test")).json()["id"])


async def read_ids(person: Person, limit: int = 20) -> set[str]:
    page = (await person.call("GET", PATH, params={"limit": limit})).json()
    return {item["id"] for item in page["items"] if item["read_at"] is not None}


async def read_all(person: Person, **body: Any) -> int:
    answer = await person.call("POST", f"{PATH}/read-all", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["marked"])


async def test_marking_one_twice_changes_nothing(alice: Person) -> None:
    marked, other = await sent(alice), await sent(alice)
    assert (await alice.call("PUT", f"{PATH}/{marked}/read")).status_code == 204
    before = (await alice.call("GET", f"{PATH}/{marked}")).json()
    assert (await alice.call("PUT", f"{PATH}/{marked}/read")).status_code == 204
    assert (await alice.call("GET", f"{PATH}/{marked}")).json() == before
    assert before["read_at"] is not None
    assert await read_ids(alice) == {marked} != {other}


async def test_somebody_elses_is_none(alice: Person, bob: Person) -> None:
    target = await sent(alice)
    foreign = await bob.call("PUT", f"{PATH}/{target}/read")
    missing = await bob.call("PUT", f"{PATH}/{uuid4()}/read")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert foreign.headers == missing.headers
    assert await read_ids(alice) == set()


async def test_marking_all_of_ones_own(alice: Person, bob: Person) -> None:
    mine = {await sent(alice) for _ in range(3)}
    await sent(bob)
    assert [await read_all(alice), await read_all(alice)] == [3, 0]
    assert (await read_ids(alice), await read_ids(bob)) == (mine, set())


async def test_marking_all_up_to_one(alice: Person) -> None:
    older, chosen, _newer = [await sent(alice) for _ in range(3)]
    assert await read_all(alice, up_to=chosen) == 2
    assert await read_ids(alice) == {older, chosen}


async def test_up_to_somebody_elses_or_none(alice: Person, bob: Person) -> None:
    await sent(alice)
    foreign = await sent(bob)
    assert [await read_all(alice, up_to=foreign), await read_all(alice, up_to=str(uuid4()))] == [0, 0]
    assert await read_ids(alice) == set()


async def test_one_that_arrives_meanwhile_stays_unread(alice: Person, session_of: SessionOf) -> None:
    """It is inserted before all are marked, and becomes visible after."""
    there = await sent(alice)
    async with session_of(alice).transaction() as transaction:
        arriving = await make(transaction, Notice("product", "arrives"))
        assert await read_all(alice) == 1
    assert await read_ids(alice) == {there}
    assert (await alice.call("GET", f"{PATH}/{arriving.id}")).json()["read_at"] is None


@pytest.mark.parametrize("body", [{"up_to": "x"}, {"owner_id": str(UUID(int=0))}, [], None], ids=str)
async def test_what_does_not_fit_is_refused(alice: Person, body: Any) -> None:
    answer = await alice.call("POST", f"{PATH}/read-all", json=body)
    assert answer.status_code == 422


async def test_all_are_marked_while_others_are_made(alice: Person, database: Urls, tmp_path: Path) -> None:
    """By two instances at once: what was there is read, what came after is not, whatever came between."""
    with (
        instance(tmp_path, DATABASE_URL=database.app) as maker,
        instance(tmp_path, DATABASE_URL=database.app) as marker,
    ):
        before = [await send_test(alice, maker) for _ in range(3)]
        making = [asyncio.create_task(send_test(alice, maker)) for _ in range(30)]
        marked = [await mark_all(alice, marker) for _ in range(10)]
        between = await asyncio.gather(*making)
        marked.append(await mark_all(alice, marker))
        after = [await send_test(alice, maker) for _ in range(3)]
    assert sum(marked) == len(before) + len(between)
    assert await read_ids(alice, limit=100) == {*before, *between}
    assert not {*after} & await read_ids(alice, limit=100)


async def mark_all(person: Person, at: Instance) -> int:
    authorization = {"Authorization": f"Bearer {person.tokens['access_token']}"}
    async with httpx2.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{at.url}{PATH}/read-all", headers=authorization, json={})
    return int(answer.json()["marked"])
