"""T-109: the caller sees and ends their own live sessions, and nobody else's."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from tests.app.accounts.conftest import Run
from tests.app.accounts.test_refresh import PassFor, refresh, served
from tests.app.conftest import PASSWORD, Person, join

pytestmark = pytest.mark.anyio

SESSIONS = "/v1/auth/sessions"


async def sessions_of(person: Person) -> list[dict[str, Any]]:
    answer = await person.call("GET", SESSIONS)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_live_sessions_newest_first(client: AsyncClient, alice: Person) -> None:
    credentials = {"email": alice.email, "password": PASSWORD}
    answer = await client.post("/v1/auth/login", json=credentials, headers={"User-Agent": "a telephone"})
    newer, older = await sessions_of(alice._replace(tokens=answer.json()))
    assert set(newer) == {"id", "user_agent", "created_at", "last_used_at", "current"}
    assert (newer["user_agent"], newer["current"], older["current"]) == ("a telephone", True, False)
    assert newer["created_at"] > older["created_at"]
    assert [session["current"] for session in await sessions_of(alice)] == [False, True]


async def test_a_refresh_is_a_use(client: AsyncClient, alice: Person) -> None:
    (before,) = await sessions_of(alice)
    await served(client, alice.tokens["refresh_token"])
    (after,) = await sessions_of(alice)
    assert after["last_used_at"] > before["last_used_at"]
    assert after["created_at"] == before["created_at"]


async def test_what_has_ended_or_expired_is_not_listed(
    client: AsyncClient, alice: Person, pass_for: PassFor
) -> None:
    logged_out, expired = await join(client, alice.email), await join(client, alice.email)
    await client.post("/v1/auth/logout", json={"refresh_token": logged_out.tokens["refresh_token"]})
    pass_for(expired.tokens["refresh_token"], "30 days")
    assert [session["current"] for session in await sessions_of(alice)] == [True]
    assert [session["current"] for session in await sessions_of(expired)] == [False]


async def test_ending_one_ends_that_one(client: AsyncClient, alice: Person) -> None:
    elsewhere = await join(client, alice.email)
    (stranger,) = [session for session in await sessions_of(alice) if not session["current"]]
    answer = await alice.call("DELETE", f"{SESSIONS}/{stranger['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await refresh(client, elsewhere.tokens["refresh_token"])).status_code == 401
    assert (await alice.call("DELETE", f"{SESSIONS}/{stranger['id']}")).status_code == 404
    await served(client, alice.tokens["refresh_token"])


async def test_somebody_elses_answers_as_one_that_never_was(
    client: AsyncClient, alice: Person, bob: Person
) -> None:
    (theirs,) = await sessions_of(alice)
    foreign = await bob.call("DELETE", f"{SESSIONS}/{theirs['id']}")
    missing = await bob.call("DELETE", f"{SESSIONS}/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers == missing.headers
    assert UUID(theirs["id"]) not in {UUID(session["id"]) for session in await sessions_of(bob)}
    await served(client, alice.tokens["refresh_token"])


# Of each kind so many, the first of them the oldest; all were used before whoever has just logged in.
OTHERS = """
insert into sessions (owner_id, user_agent, created_at, last_used_at, ended_at, end_reason)
select accounts.id, kind || ' ' || n, moment, moment, case when kind = 'ended' then moment end,
    case when kind = 'ended' then 'logout' end
from accounts, (values ('live', %(live)s), ('ended', %(ended)s)) as given (kind, many),
    generate_series(1, many) as n,
    lateral (select now() - interval '1 hour' + n * interval '1 second') as at (moment)
where email = %(email)s
"""
KEPT = """
select user_agent from sessions join accounts on accounts.id = owner_id where email = %(email)s
"""


@pytest.mark.parametrize(
    ("others", "gone"),
    [
        ((49, 49), set()),  # with the one that she has, and the one that begins, a hundred
        ((49, 51), {"ended 1", "ended 2"}),
        ((98, 2), {"ended 1", "ended 2"}),
        ((101, 1), {"ended 1", "live 1", "live 2", "live 3"}),
        ((150, 0), {f"live {n}" for n in range(1, 53)}),
    ],
)
async def test_no_more_than_a_hundred_are_kept(
    client: AsyncClient, alice: Person, superuser: Run, others: tuple[int, int], gone: set[str]
) -> None:
    """Of those that have ended the oldest goes first, then the live one that was used least lately."""
    live, ended = others
    superuser(OTHERS, email=alice.email, live=live, ended=ended)
    await join(client, alice.email)
    kept = {agent for (agent,) in superuser(KEPT, email=alice.email)}
    made = {f"live {n + 1}" for n in range(live)} | {f"ended {n + 1}" for n in range(ended)}
    assert made - kept == gone
    exported = (await alice.call("GET", "/v1/account/export")).json()["sessions"]
    assert len(exported) <= 100


async def test_nobody_elses_session_goes_with_a_log_in(
    client: AsyncClient, alice: Person, bob: Person, superuser: Run
) -> None:
    for person in (alice, bob):
        superuser(OTHERS, email=person.email, live=150, ended=0)
    await join(client, alice.email)
    assert [len(superuser(KEPT, email=person.email)) for person in (alice, bob)] == [100, 151]


async def test_a_session_that_had_to_go_is_refreshed_no_more(
    client: AsyncClient, alice: Person, superuser: Run
) -> None:
    superuser(OTHERS, email=alice.email, live=99, ended=0)
    superuser("update sessions set last_used_at = now() - interval '1 day' where user_agent !~ 'live'")
    newer = await join(client, alice.email)
    assert (await refresh(client, alice.tokens["refresh_token"])).status_code == 401
    await served(client, newer.tokens["refresh_token"])


@pytest.mark.parametrize("session_id", ["1", "current", "%00", "0198f000-0000-7000-8000-000000000000x"])
async def test_what_is_no_id_is_no_session(alice: Person, session_id: str) -> None:
    answer = await alice.call("DELETE", f"{SESSIONS}/{session_id}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(("method", "path"), [("GET", SESSIONS), ("DELETE", f"{SESSIONS}/{UUID(int=0)}")])
async def test_a_caller_is_needed(client: AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == 401
