"""T-081: one is marked, or all that are there, and none that is not."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.core.asker import Principal
from app.core.notice import Notice
from app.notifications import service
from app.notifications.repository import _mark_some, make
from specward.database.provision import Urls
from tests.app.conftest import Person
from tests.app.notifications.conftest import FILL, SessionOf, Superuser, explain, id_of, plenty
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


async def unread_of(person: Person) -> int:
    """How many are unread, if they are at most 99."""
    return int((await person.call("GET", f"{PATH}/unread-count")).json()["unread"])


@pytest.mark.parametrize("made", [15, 50])  # a fifth of what FILL makes has been read
async def test_all_are_marked_however_many_turns_it_takes(
    alice: Person, bob: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch, made: int
) -> None:
    monkeypatch.setattr(service, "MARKED_AT_ONCE", 4)
    for person in (alice, bob):
        await superuser.execute(FILL, [id_of(person), made])
    answer = await alice.call("POST", f"{PATH}/read-all", json={})
    assert answer.json() == {"marked": made * 4 // 5, "more": False}
    assert [await unread_of(person) for person in (alice, bob)] == [0, made * 4 // 5]


async def test_what_takes_too_long_is_left_for_another_request(
    alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are marked first; of those up to a given one as well."""
    monkeypatch.setattr(service, "MARKED_AT_ONCE", 4)
    monkeypatch.setattr(service, "MARKING_SECONDS", 0)
    await superuser.execute(FILL, [id_of(alice), 20])
    items = (await alice.call("GET", PATH, params={"unread": True})).json()["items"]
    ids = [item["id"] for item in items]
    for left in (slice(8, None), slice(12, None)):
        answer = await alice.call("POST", f"{PATH}/read-all", json={"up_to": ids[4]})
        assert answer.json() == {"marked": 4, "more": True}
        page = (await alice.call("GET", PATH, params={"unread": True})).json()["items"]
        assert [item["id"] for item in page] == ids[:4] + ids[left]


@pytest.mark.parametrize("made", [5, 10])
async def test_it_says_that_there_is_more_only_where_there_is(
    alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch, made: int
) -> None:
    """Also when what is left fills the last turn for which there is time."""
    monkeypatch.setattr(service, "MARKED_AT_ONCE", 4)
    monkeypatch.setattr(service, "MARKING_SECONDS", 0)
    await superuser.execute(FILL, [id_of(alice), made])
    answers = [await alice.call("POST", f"{PATH}/read-all", json={}) for _ in range(made // 5)]
    assert [answer.json()["more"] for answer in answers] == [True] * (made // 5 - 1) + [False]
    assert await unread_of(alice) == 0


async def test_turns_with_a_key_are_done_once(
    alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MARKED_AT_ONCE", 4)
    await superuser.execute(FILL, [id_of(alice), 20])
    for _ in range(2):
        answer = await alice.call("POST", f"{PATH}/read-all", json={}, headers={"Idempotency-Key": "once"})
        assert answer.json() == {"marked": 16, "more": False}


async def test_two_who_mark_the_same_ones_count_each_once(
    alice: Person, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither refuses the other, and what one waits for, it does not count."""
    monkeypatch.setattr(service, "MARKED_AT_ONCE", 50)
    await superuser.execute(FILL, [id_of(alice), 1000])
    assert sum(await asyncio.gather(*(read_all(alice) for _ in range(4)))) == 800


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("further", [False, True])
async def test_a_turn_walks_the_index_of_the_unread(
    superuser: Superuser, mode: str, *, further: bool
) -> None:
    owner = await plenty(superuser)
    statement = _mark_some(up_to=False, further=further)
    values = {"limit": 100, "oldest": "2026-01-01"}
    plan = await explain(superuser, mode, owner, statement.sql, statement.arguments(Principal(owner), values))
    finding, _, _marking_what_was_found = plan.partition("CTE marked")
    assert "Index Scan using notifications_owner_id_created_at_id_idx1 " in finding, plan
    assert "Sort" not in finding, plan


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
