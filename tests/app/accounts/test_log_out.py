"""T-104: a session that has ended yields no token any more."""

import pytest
from httpx2 import AsyncClient

from tests.app.accounts.conftest import Run
from tests.app.accounts.test_refresh import PassFor, refresh, served
from tests.app.conftest import Person, join

pytestmark = pytest.mark.anyio

LOGOUT, EVERYWHERE = "/v1/auth/logout", "/v1/auth/logout-everywhere"


async def test_logging_out_ends_this_session_and_no_other(client: AsyncClient, alice: Person) -> None:
    elsewhere = await join(client, alice.email)
    token = alice.tokens["refresh_token"]
    answer = await client.post(LOGOUT, json={"refresh_token": token})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await refresh(client, token)).status_code == 401
    await served(client, elsewhere.tokens["refresh_token"])


async def test_a_spent_token_logs_its_session_out(client: AsyncClient, alice: Person) -> None:
    """Otherwise a client that lost an answer could not end what it began."""
    spent = alice.tokens["refresh_token"]
    following = await served(client, spent)
    await client.post(LOGOUT, json={"refresh_token": spent})
    for token in (spent, following):
        assert (await refresh(client, token)).status_code == 401


async def test_whatever_the_token_the_answer_is_alike(client: AsyncClient, alice: Person) -> None:
    tokens = (alice.tokens["refresh_token"], alice.tokens["refresh_token"], "unknown")
    answers = [await client.post(LOGOUT, json={"refresh_token": token}) for token in tokens]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert all(answer.headers == answers[0].headers for answer in answers)


async def test_logging_out_everywhere_ends_all_of_the_callers(
    client: AsyncClient, alice: Person, bob: Person
) -> None:
    elsewhere = await join(client, alice.email)
    assert (await alice.call("POST", EVERYWHERE)).status_code == 204
    for person in (alice, elsewhere):
        assert (await refresh(client, person.tokens["refresh_token"])).status_code == 401
    await served(client, bob.tokens["refresh_token"])
    await served(client, (await join(client, alice.email)).tokens["refresh_token"])


async def test_why_a_session_ended_is_kept_and_does_not_change(
    client: AsyncClient, alice: Person, pass_for: PassFor, superuser: Run
) -> None:
    token = alice.tokens["refresh_token"]
    await served(client, token)
    await client.post(LOGOUT, json={"refresh_token": token})
    await alice.call("POST", EVERYWHERE)
    pass_for(token, "11 seconds")
    await refresh(client, token)
    reasons = superuser(
        "select end_reason from sessions join accounts on accounts.id = owner_id where email = %(email)s",
        email=alice.email,
    )
    assert reasons == [("logout",)]


async def test_an_access_token_lives_on_until_it_expires(alice: Person) -> None:
    await alice.call("POST", EVERYWHERE)
    assert (await alice.call("GET", "/v1/account")).status_code == 200


async def test_logging_out_everywhere_needs_a_caller(client: AsyncClient) -> None:
    assert (await client.post(EVERYWHERE)).status_code == 401
