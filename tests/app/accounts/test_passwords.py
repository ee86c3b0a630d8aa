"""T-107: a password is changed by whoever knows it, or reset by whoever reads the mail; sessions end."""

import asyncio

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.opaque import digest_of
from app.core.passwords import Passwords, Verdict
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.accounts.conftest import Run
from tests.app.accounts.test_refresh import refresh, served
from tests.app.conftest import PASSWORD, Person, join, mails_to, name_of, token_in

pytestmark = pytest.mark.anyio

CHANGE, FORGOT, RESET = "/v1/auth/change-password", "/v1/auth/forgot-password", "/v1/auth/reset-password"
NEW = "another good password"
WRITTEN = """
select task_name, priority, args->>'subject', length(args->>'account_id'), length(args->>'mail_id')
from queue.procrastinate_jobs
"""
# What a log-in does at last, not committed yet.
BEGIN_SESSION = """
insert into sessions (owner_id) select id from accounts where email = %s for share returning id
"""
UNTIL_AWAITED = """
do $$ begin
    while not exists (select from pg_locks where pg_backend_pid() = any (pg_blocking_pids(pid))) loop
        perform pg_sleep(0.01);
    end loop;
end $$
"""


async def log_in(person: Person, password: str) -> int:
    credentials = {"email": person.email, "password": password}
    return (await person.client.post("/v1/auth/login", json=credentials)).status_code


async def change(person: Person, current: str, new: str) -> httpx2.Response:
    body = {"current_password": current, "new_password": new}
    return await person.call("POST", CHANGE, json=body)


async def reset(person: Person, token: str) -> httpx2.Response:
    return await person.client.post(RESET, json={"token": token, "new_password": NEW})


async def reset_token(app: FastAPI, person: Person) -> str:
    answer = await person.client.post(FORGOT, json={"email": person.email})
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    return token_in((await mails_to(app, person.email))[-1])


async def notices(person: Person) -> list[tuple[str, str]]:
    items = (await person.call("GET", "/v1/notifications")).json()["items"]
    return [(item["kind"], item["title"]) for item in items]


async def test_one_that_many_have_is_not_set(app: FastAPI, client: AsyncClient, alice: Person) -> None:
    """Nor is the mailed token used by it."""
    token = await reset_token(app, alice)
    for answer in (
        await change(alice, PASSWORD, "1q2w3e4r5t6y"),
        await client.post(RESET, json={"token": token, "new_password": "1q2w3e4r5t6y"}),
    ):
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/new_password"]
    assert await log_in(alice, PASSWORD) == 200
    assert (await reset(alice, token)).status_code == 204


async def test_changing_ends_all_other_sessions_and_tells_the_owner(
    client: AsyncClient, alice: Person, bob: Person
) -> None:
    elsewhere = await join(client, alice.email)
    answer = await change(alice, PASSWORD, NEW)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await log_in(alice, PASSWORD), await log_in(alice, NEW)) == (401, 200)
    assert (await refresh(client, elsewhere.tokens["refresh_token"])).status_code == 401
    await served(client, alice.tokens["refresh_token"])
    assert await notices(alice) == [("security", "Your password was changed")]
    assert (await log_in(bob, PASSWORD), await notices(bob)) == (200, [])


async def test_a_wrong_password_changes_nothing(client: AsyncClient, alice: Person) -> None:
    elsewhere = await join(client, alice.email)
    answer = await change(alice, "wrong", NEW)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-password")
    assert await log_in(alice, PASSWORD) == 200
    await served(client, elsewhere.tokens["refresh_token"])
    assert await notices(alice) == []


async def test_of_two_changes_at_once_one_is_made(alice: Person) -> None:
    answers = await asyncio.gather(*(change(alice, PASSWORD, f"{NEW} {number}") for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403, 403]
    assert await notices(alice) == [("security", "Your password was changed")]


async def test_a_reset_ends_all_sessions_and_verifies_the_address(
    app: FastAPI, client: AsyncClient, alice: Person
) -> None:
    token = await reset_token(app, alice)
    answer = await reset(alice, token)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await log_in(alice, PASSWORD), await log_in(alice, NEW)) == (401, 200)
    assert (await refresh(client, alice.tokens["refresh_token"])).status_code == 401
    assert (await alice.call("GET", "/v1/account")).json()["email_verified"]
    assert await notices(alice) == [("security", "Your password was changed")]
    assert (await reset(alice, token)).status_code == 400


async def test_a_reset_for_an_unknown_address_cannot_be_told_apart(
    app: FastAPI, client: AsyncClient, alice: Person, superuser: Run
) -> None:
    """By no answer, and by nothing that is written before it: one job each, of the same size."""
    await mails_to(app, alice.email)
    known = await client.post(FORGOT, json={"email": alice.email})
    unknown = await client.post(FORGOT, json={"email": f"un{alice.email}"})
    assert (known.status_code, known.content, known.headers) == (
        unknown.status_code,
        unknown.content,
        unknown.headers,
    )
    assert superuser(WRITTEN) == [("send_account_mail", 1, "reset", 36, 36)] * 2
    assert [mail.subject for mail in await mails_to(app, alice.email)][-1] == "Set a new password"
    assert await mails_to(app, f"un{alice.email}") == []


async def test_a_log_in_under_way_does_not_outlive_the_old_password(
    app: FastAPI, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is reset after it has been verified, and before its session begins."""
    token, verify = await reset_token(app, alice), Passwords.verify

    async def reset_meanwhile(passwords: Passwords, password: str, kept: str | None) -> Verdict:
        verdict = await verify(passwords, password, kept)
        await reset(alice, token)
        return verdict

    monkeypatch.setattr(Passwords, "verify", reset_meanwhile)
    assert await log_in(alice, PASSWORD) == 401
    assert await log_in(alice, NEW) == 200


@pytest.mark.parametrize("way", ["change", "reset"])
async def test_a_session_that_just_begins_ends_with_the_others(
    app: FastAPI, alice: Person, server: Server, database: Urls, way: str
) -> None:
    """The change waits for a log-in that has taken the account, and then sees its session."""
    token = await reset_token(app, alice)
    url = server.superuser_url(name_of(database))
    async with await psycopg.AsyncConnection.connect(url) as under_way:
        rows = await under_way.execute(BEGIN_SESSION, [alice.email])
        begun = await rows.fetchone()
        changing = asyncio.create_task(
            change(alice, PASSWORD, NEW) if way == "change" else reset(alice, token)
        )
        await under_way.execute(UNTIL_AWAITED)
        await under_way.commit()
        assert (await changing).status_code == 204
        rows = await under_way.execute("select end_reason from sessions where id = %s", begun)
        assert await rows.fetchone() == ("password",)


async def test_whatever_is_wrong_with_a_token_is_answered_alike(
    app: FastAPI, alice: Person, superuser: Run
) -> None:
    verification = token_in((await mails_to(app, alice.email))[0])
    void = await reset_token(app, alice)
    expired = await reset_token(app, alice)
    update = "update mail_tokens set expires_at = now() where token_hash = %(digest)s"
    superuser(update, digest=digest_of(expired))
    answers = [await reset(alice, token) for token in (verification, void, expired, "none")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}
    assert answers[0].json()["type"] == "/problems/invalid-token"
    assert await log_in(alice, PASSWORD) == 200
    answer = await alice.client.post("/v1/auth/verify-email", json={"token": expired})
    assert answer.status_code == 400


async def test_a_token_resets_once_also_at_once(app: FastAPI, alice: Person) -> None:
    token = await reset_token(app, alice)
    answers = await asyncio.gather(*(reset(alice, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]


async def test_a_change_makes_a_token_void_that_was_mailed_before(app: FastAPI, alice: Person) -> None:
    """Who reads the mail by stealth could use it afterwards."""
    token = await reset_token(app, alice)
    assert (await change(alice, "wrong", NEW)).status_code == 403
    assert (await change(alice, PASSWORD, NEW)).status_code == 204
    assert (await reset(alice, token)).status_code == 400
    assert (await reset(alice, await reset_token(app, alice))).status_code == 204


async def test_a_reset_makes_the_other_token_void(app: FastAPI, alice: Person, superuser: Run) -> None:
    """Of two that were asked for at once, and sent at once by two workers, neither makes the other void."""
    other, token = [await reset_token(app, alice) for _ in range(2)]
    superuser("update mail_tokens set used_at = null where token_hash = %(digest)s", digest=digest_of(other))
    assert (await reset(alice, token)).status_code == 204
    assert (await reset(alice, other)).status_code == 400


async def test_a_reset_token_lives_an_hour(app: FastAPI, alice: Person, superuser: Run) -> None:
    token = await reset_token(app, alice)
    rows = superuser(
        "select purpose, expires_at - created_at between '59 minutes' and '61 minutes' from mail_tokens "
        "where token_hash = %(digest)s",
        digest=digest_of(token),
    )
    assert rows == [("reset", True)]


async def test_a_change_that_cannot_be_told_is_not_made(app: FastAPI, alice: Person) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError

    app.state.runtime = app.state.runtime._replace(make_notification=fail)
    assert (await change(alice, PASSWORD, NEW)).status_code == 500
    assert await log_in(alice, PASSWORD) == 200


async def test_changing_needs_a_caller(client: AsyncClient) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await client.post(CHANGE, json=body)).status_code == 401
