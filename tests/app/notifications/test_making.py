"""T-085: a notification is made in the transaction of what it tells of, in order, or not at all."""

import asyncio
from typing import Any

import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation
from sqlalchemy import select
from sqlmodel import col

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Notice
from app.core.statement import prepare
from app.notifications.models import Notification
from app.notifications.repository import make
from app.notifications.service import TEST
from tests.app.conftest import Person
from tests.app.notifications.conftest import Await, SessionOf, Superuser, id_of

pytestmark = pytest.mark.anyio

TITLES = prepare(select(col(Notification.title)).order_by(col(Notification.created_at)), into=str)


def notice(title: str) -> Notice:
    return Notice(kind="security", title=title)


async def make_two(session: Session[Principal], *notices: Notice) -> None:
    async with session.transaction() as transaction:
        for each in notices:
            await make(transaction, each)


async def test_a_test_notification(alice: Person) -> None:
    answer = await alice.call("POST", "/v1/notifications/test")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["kind"], made["title"], made["data"], made["read_at"]) == ("product", TEST.title, {}, None)


async def test_sixty_test_notifications_of_one_account(alice: Person, bob: Person) -> None:
    answers = [await alice.call("POST", "/v1/notifications/test") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [201] * 60 + [429]
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900
    assert len((await alice.call("GET", "/v1/notifications", params={"limit": 100})).json()["items"]) == 60
    assert (await bob.call("POST", "/v1/notifications/test")).status_code == 201


async def test_nobody_makes_one_for_somebody_else(alice: Person, bob: Person, session_of: SessionOf) -> None:
    await alice.call("POST", "/v1/notifications/test", params={"owner_id": str(id_of(bob))})
    assert await session_of(alice).run(TITLES) == [TEST.title]
    assert await session_of(bob).run(TITLES) == []


async def test_it_is_made_with_what_it_tells_of_or_not_at_all(alice: Person, session_of: SessionOf) -> None:
    session = session_of(alice)
    with pytest.raises(CheckViolation):
        await make_two(session, notice("undone"), notice(""))
    async with session.transaction() as transaction:
        made = await make(transaction, Notice("account", "done", "body", {"a": [1, None, "é"]}))
    assert await session.run(TITLES) == ["done"]
    assert (made.body, made.data) == ("body", {"a": [1, None, "é"]})


async def test_they_become_visible_in_the_order_of_their_dates(
    alice: Person, bob: Person, session_of: SessionOf, lock_awaited: Await
) -> None:
    session = session_of(alice)
    async with session.transaction() as transaction:
        first = await make(transaction, notice("first"))
        second = asyncio.create_task(make(session, notice("second")))
        await lock_awaited()
        await make(session_of(bob), notice("of somebody else, who need not wait"))
        third = await make(transaction, notice("third in name alone"))
        assert not second.done()
    assert first.created_at < third.created_at < (await second).created_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 121},
        {"body": "x" * 2001},
        {"kind": "gossip"},
        {"data": {"x": "x" * 4096}},
    ],
    ids=str,
)
async def test_what_it_may_hold(alice: Person, session_of: SessionOf, wrong: dict[str, Any]) -> None:
    with pytest.raises(CheckViolation):
        await make(session_of(alice), notice("x")._replace(**wrong))


async def test_an_account_that_is_gone_is_told_nothing(
    alice: Person, session_of: SessionOf, superuser: Superuser
) -> None:
    await superuser.execute("delete from accounts where id = %s", [id_of(alice)])
    with pytest.raises(ForeignKeyViolation):
        await make(session_of(alice), notice("x"))
    answer = await alice.call("POST", "/v1/notifications/test")
    assert answer.status_code == 401
