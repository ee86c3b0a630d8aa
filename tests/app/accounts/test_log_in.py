"""T-102: a session begins with address and password, and a failure does not say which was wrong."""

import asyncio
import hashlib
import time
from typing import Any

import jwt
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.passwords import Passwords
from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.accounts.test_register import LOGIN, REGISTER, counted
from tests.app.conftest import PASSWORD, Person, name_of, running, settings_for

pytestmark = pytest.mark.anyio


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    client: AsyncClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alike in status, headers, body, and the work that is done: one verification each."""
    verified = counted(monkeypatch, "verify")
    wrong = await client.post(LOGIN, json={"email": alice.email, "password": "wrong"})
    unknown = await client.post(LOGIN, json={"email": f"un{alice.email}", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers == unknown.headers
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert wrong.json()["type"] == "/problems/invalid-credentials"
    assert verified == ["wrong", "wrong"]


async def test_the_dummy_costs_what_a_password_costs() -> None:
    """The same parameters, so the same work; and no password fits it."""
    passwords = Passwords(memory_kib=16, passes=2, lanes=1)
    dummy, real = passwords._dummy, await passwords.hash(PASSWORD)  # noqa: SLF001 -- nothing else shows it
    assert dummy.split("$")[:4] == real.split("$")[:4]
    assert await passwords.verify("", None) == (False, None)


async def test_the_access_token_is_as_rfc_9068_says(alice: Person) -> None:
    token = alice.tokens["access_token"]
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    keys = {key["kid"]: key for key in (await alice.client.get("/.well-known/jwks.json")).json()["keys"]}
    assert header == {"typ": "at+jwt", "alg": "EdDSA", "kid": header["kid"]}
    assert header["kid"] in keys
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "sid"}
    assert claims["exp"] - claims["iat"] == int(alice.tokens["expires_in"]) == 600
    assert alice.tokens["token_type"] == "Bearer"
    jwt.decode(token, jwt.PyJWK(keys[header["kid"]]), ["EdDSA"], audience="backend")


async def test_a_session_and_its_refresh_token_are_kept_without_the_token(
    database: Urls, server: Server, alice: Person
) -> None:
    claims = jwt.decode(alice.tokens["access_token"], options={"verify_signature": False})
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        kept = connection.execute(
            "select session_id::text, t.owner_id::text, expires_at - t.created_at > '29 days', user_agent "
            "from refresh_tokens t join sessions s on s.id = session_id where token_hash = %s",
            [hashlib.sha256(alice.tokens["refresh_token"].encode()).digest()],
        ).fetchone()
    assert kept is not None
    assert kept[:3] == (claims["sid"], claims["sub"], True)
    assert str(kept[3]).startswith("python-httpx2")


async def test_a_user_agent_is_cut(alice: Person, database: Urls, server: Server) -> None:
    answer = await alice.client.post(
        LOGIN, json={"email": alice.email, "password": PASSWORD}, headers={b"User-Agent": b"\xe9" * 300}
    )
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        row = connection.execute("select user_agent from sessions where id = %s", [claims["sid"]]).fetchone()
    assert row == ("\xe9" * 200,)


async def test_only_so_many_passwords_are_verified_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cores the machine has: each takes 64 MiB for itself."""
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    passwords = Passwords(memory_kib=8, passes=1, lanes=1)
    at_once: list[int] = []

    def verify(*_: object) -> tuple[bool, None]:
        at_once.append(1)
        running = len(at_once)
        time.sleep(0.05)
        at_once.pop()
        return running <= 4, None

    monkeypatch.setattr("pwdlib.PasswordHash.verify_and_update", verify)
    verdicts = await asyncio.gather(*(passwords.verify("x", "y") for _ in range(20)))
    assert all(verdict.fits for verdict in verdicts)


async def test_a_hash_with_older_parameters_is_renewed(
    app: FastAPI, client: AsyncClient, alice: Person, database: Urls, server: Server
) -> None:
    newer: dict[str, Any] = {"memory_kib": 16, "passes": 2, "lanes": 1}
    app.state.runtime = app.state.runtime._replace(passwords=Passwords(**newer))
    for _ in range(2):
        answer = await client.post(LOGIN, json={"email": alice.email, "password": PASSWORD})
        assert answer.status_code == 200
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        row = connection.execute(
            "select password_hash from accounts where email = %s", [alice.email]
        ).fetchone()
    assert row is not None
    assert "m=16,t=2,p=1" in row[0]


async def test_a_commit_that_fails_is_no_success(fresh_database: Urls, server: Server) -> None:
    """The answer waits for the commit: nobody is told of a session that never was."""
    with psycopg.connect(server.superuser_url(name_of(fresh_database))) as connection:
        connection.execute(
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$"
        )
        connection.execute(
            "create constraint trigger late after insert on sessions deferrable initially deferred "
            "for each row execute function refuse()"
        )
    credentials = {"email": "a@example.org", "password": PASSWORD}
    async with running(create_app(settings_for(fresh_database.app))) as client:
        assert (await client.post(REGISTER, json=credentials)).status_code == 202
        answer = await client.post(LOGIN, json=credentials)
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    assert "not today" not in answer.text
