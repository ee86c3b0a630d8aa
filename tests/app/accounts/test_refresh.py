"""T-103: a refresh token serves once; a second use is a lost answer or a theft."""

import asyncio
import logging
from collections.abc import Callable

import httpx2
import pytest
from httpx2 import AsyncClient

from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.conftest import Run
from tests.app.conftest import Person, join, running, settings_for

pytestmark = pytest.mark.anyio

REFRESH = "/v1/auth/refresh"
LATER = "11 seconds"


PassFor = Callable[[str, str], None]


async def refresh(client: AsyncClient, token: str) -> httpx2.Response:
    return await client.post(REFRESH, json={"refresh_token": token})


async def served(client: AsyncClient, token: str) -> str:
    """Exchange a token; give the next one."""
    answer = await refresh(client, token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])


async def test_each_token_yields_the_next_pair(client: AsyncClient, alice: Person) -> None:
    token, seen = alice.tokens["refresh_token"], set()
    for _ in range(3):
        answer = await refresh(client, token)
        assert answer.status_code == 200
        token = answer.json()["refresh_token"]
        assert token not in seen
        seen.add(token)
        renewed = alice._replace(tokens=answer.json())
        assert (await renewed.call("GET", "/v1/account")).json()["email"] == alice.email


async def test_a_lost_answer_may_be_asked_for_again(client: AsyncClient, alice: Person) -> None:
    token = alice.tokens["refresh_token"]
    first, second = [await served(client, token) for _ in range(2)]
    assert first != second
    for following in (first, second):
        await served(client, following)


async def test_retrying_does_not_lengthen_the_window(
    client: AsyncClient, alice: Person, pass_for: PassFor
) -> None:
    token = alice.tokens["refresh_token"]
    await served(client, token)
    pass_for(token, "6 seconds")
    await served(client, token)
    pass_for(token, "6 seconds")
    assert (await refresh(client, token)).status_code == 401


async def test_reuse_ends_the_whole_session_and_is_recorded(
    alice: Person, pass_for: PassFor, superuser: Run, caplog: pytest.LogCaptureFixture
) -> None:
    client = alice.client
    stolen = alice.tokens["refresh_token"]
    newest = await served(client, await served(client, stolen))
    pass_for(stolen, LATER)
    with caplog.at_level(logging.WARNING):
        assert (await refresh(client, stolen)).status_code == 401
    assert (await refresh(client, newest)).status_code == 401
    ended = superuser(
        "select sessions.id::text, end_reason from sessions join accounts on accounts.id = owner_id "
        "where email = %(email)s and ended_at is not null",
        email=alice.email,
    )
    ((session_id, reason),) = ended
    assert reason == "reuse"
    assert f"session {session_id}" in caplog.text
    assert stolen not in caplog.text


async def test_reuse_leaves_other_sessions_alone(
    client: AsyncClient, alice: Person, pass_for: PassFor
) -> None:
    elsewhere = await join(client, alice.email)
    stolen = alice.tokens["refresh_token"]
    await served(client, stolen)
    pass_for(stolen, LATER)
    assert (await refresh(client, stolen)).status_code == 401
    await served(client, elsewhere.tokens["refresh_token"])


async def test_whatever_is_wrong_is_answered_alike(
    client: AsyncClient, alice: Person, bob: Person, pass_for: PassFor
) -> None:
    expired, reused = bob.tokens["refresh_token"], alice.tokens["refresh_token"]
    pass_for(expired, "30 days")
    revoked = await served(client, reused)
    pass_for(reused, LATER)
    answers = [await refresh(client, token) for token in (reused, revoked, expired, "unknown", "\u2603")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert all(answer.headers == answers[0].headers for answer in answers)
    assert answers[0].json()["type"] == "/problems/invalid-credentials"


async def test_an_expired_token_is_no_theft(client: AsyncClient, alice: Person, pass_for: PassFor) -> None:
    token = alice.tokens["refresh_token"]
    following = await served(client, token)
    other = await served(client, token)
    pass_for(following, "30 days")
    assert (await refresh(client, following)).status_code == 401
    await served(client, other)


@pytest.mark.parametrize("is_good", [True, False])
async def test_a_session_is_used_by_a_refresh_and_by_no_refused_one(
    alice: Person, pass_for: PassFor, superuser: Run, *, is_good: bool
) -> None:
    """Which decides which sessions are the first to go, and what their owner is shown."""
    query = (
        "select last_used_at from sessions join accounts on accounts.id = owner_id where email = %(email)s"
    )
    token = alice.tokens["refresh_token"]
    following = await served(alice.client, token)
    before = superuser(query, email=alice.email)
    if not is_good:
        pass_for(following, "30 days")
    answer = await refresh(alice.client, following)
    assert (answer.status_code == 200) == is_good
    assert (superuser(query, email=alice.email) > before) == is_good


async def test_two_instances_serve_one_token_asked_at_once(database: Urls) -> None:
    """A client that asks twice at once is not punished, and each pair that it got is good."""
    apps = [create_app(settings_for(database.app)) for _ in range(2)]
    async with running(apps[0]) as one, running(apps[1]) as other:
        person = await join(one)
        token = person.tokens["refresh_token"]
        answers = await asyncio.gather(*(refresh(client, token) for client in (one, other) * 4))
        assert [answer.status_code for answer in answers] == [200] * 8
        tokens = {answer.json()["refresh_token"] for answer in answers}
        assert len(tokens) == 8
        await served(one, tokens.pop())


async def test_two_instances_agree_on_a_theft(database: Urls, pass_for: PassFor) -> None:
    """Whichever comes first, no token survives: the thief's rotation or the owner's reuse."""
    apps = [create_app(settings_for(database.app)) for _ in range(2)]
    async with running(apps[0]) as one, running(apps[1]) as other:
        for _ in range(5):
            person = await join(one)
            spent = person.tokens["refresh_token"]
            live = await served(one, spent)
            pass_for(spent, LATER)
            reused, rotated = await asyncio.gather(refresh(one, spent), refresh(other, live))
            assert reused.status_code == 401
            left = rotated.json()["refresh_token"] if rotated.status_code == 200 else live
            assert (await refresh(other, left)).status_code == 401


@pytest.mark.parametrize("token", ["", "x" * 101, None, 1, ["x"]])
async def test_what_is_no_token(client: AsyncClient, token: object) -> None:
    answer = await client.post(REFRESH, json={"refresh_token": token})
    assert answer.status_code == 422
