"""T-105: who is asking, and nobody else."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.keys import new_key
from app.core.tokens import AccessTokens
from app.main import create_app
from specward.database.provision import Urls
from tests.app.conftest import PASSWORD, Person, join, running, settings_for

pytestmark = pytest.mark.anyio


async def test_the_caller_reads_their_own_account(alice: Person, bob: Person) -> None:
    for person in (alice, bob):
        answer = await person.call("GET", "/v1/account")
        assert answer.status_code == 200
        account = answer.json()
        assert set(account) == {"id", "email", "email_verified", "created_at"}
        assert (account["email"], account["email_verified"]) == (person.email, False)


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, "Bearer"),
        ("", "Bearer"),
        ("Bearer", "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer x", 'Bearer error="invalid_token"'),
        ("Bearer a.b.c", 'Bearer error="invalid_token"'),
        ("bearer x y", 'Bearer error="invalid_token"'),
    ],
)
@pytest.mark.parametrize("operation", ["GET /v1/account", "GET /v1/profile", "PATCH /v1/profile"])
async def test_without_a_valid_token_there_is_a_challenge(
    client: AsyncClient, operation: str, authorization: str | None, challenge: str
) -> None:
    method, path = operation.split()
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await client.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert answer.headers["www-authenticate"] == challenge


async def test_without_a_valid_token_no_body_is_read(app: FastAPI, client: AsyncClient) -> None:
    """It may be none at all, or come as slowly as somebody likes."""

    async def never() -> AsyncIterator[bytes]:
        pytest.fail("The body was read.")
        yield b""

    with_body = [(method, path) for method, path, operation in _of_callers(app) if "requestBody" in operation]
    assert ("patch", "/v1/profile") in with_body
    for method, template in with_body:
        path = template.format(kind="product", channel="email", notification_id=uuid4())
        for headers in ({}, {"Authorization": "Bearer x", "Idempotency-Key": "x"}):
            answer = await client.request(method, path, content=never(), headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated"), path


async def test_the_token_of_a_deleted_account_is_not_valid(app: FastAPI, alice: Person, bob: Person) -> None:
    """Whatever would be read or changed: the database refuses before that, for every operation alike."""
    await bob.call("POST", "/v1/account/deletion", json={"password": PASSWORD})
    bodies = {
        "changeProfile": {"about": "mine"},
        "changePassword": {"current_password": PASSWORD, "new_password": PASSWORD},
        "deleteAccount": {"password": PASSWORD},
        "setPreference": {"enabled": False},
        "readAll": {},
    }
    asked = set()
    for method, path, operation in _of_callers(app):
        name = operation["operationId"]
        url = path.format(kind="product", channel="email", notification_id=uuid4(), session_id=uuid4())
        for headers in ({"If-Match": "*"}, {"If-Match": "*", "Idempotency-Key": "x"}):
            answer = await bob.call(method, url, json=bodies.get(name), headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated"), name
        asked.add(name)
    assert asked > bodies.keys() | {"readProfile", "listNotifications", "readNotification", "markRead"}
    assert (await alice.call("GET", "/v1/profile")).status_code == 200


async def test_a_token_ends_while_it_is_in_use(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await alice.call("GET", "/v1/account")).status_code == 200
    later = time.time() + 601
    monkeypatch.setattr("app.core.tokens.time.time", lambda: later)
    assert (await alice.call("GET", "/v1/account")).status_code == 401


async def test_a_token_of_another_instance_with_other_keys_is_refused(app: FastAPI, alice: Person) -> None:
    mine: AccessTokens = app.state.runtime.tokens
    other = AccessTokens(
        [new_key()],
        issuer=app.state.runtime.settings.issuer,
        audience="backend",
        client_id="first-party",
        seconds=600,
    )
    claims = mine.verify(alice.tokens["access_token"])
    assert claims.session_id is not None
    forged = {**alice.tokens, "access_token": other.issue(claims.user_id, claims.session_id)}
    assert (await alice._replace(tokens=forged).call("GET", "/v1/account")).status_code == 401


async def test_a_parameter_names_nobody(alice: Person, bob: Person) -> None:
    """Nothing but the token says whose account it is."""
    other = (await bob.call("GET", "/v1/account")).json()["id"]
    plain = await alice.call("GET", "/v1/account")
    names = ("id", "account_id", "owner_id", "user_id", "sub")
    answer = await alice.call(
        "GET",
        "/v1/account",
        params=dict.fromkeys(names, other),
        headers={f"X-{name}": other for name in names},
    )
    assert answer.content == plain.content


async def test_the_keys_may_be_cached_and_hold_nothing_private(client: AsyncClient) -> None:
    answer = await client.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("OKP", "Ed25519", "sig", "EdDSA")


async def test_without_keys_development_makes_one_and_says_so(
    database: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(database.app).model_copy(update={"signing_keys": None})
    async with running(create_app(settings)) as client:
        person = await join(client)
        assert (await person.call("GET", "/v1/account")).status_code == 200
    assert "SIGNING_KEYS is not set" in caplog.text


async def test_instances_with_the_same_keys_take_each_others_tokens(database: Urls, alice: Person) -> None:
    async with running(create_app(settings_for(database.app))) as other:
        assert (await alice._replace(client=other).call("GET", "/v1/account")).status_code == 200


def _of_callers(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name the operations that need a token."""
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            if "security" in operation:
                yield method, path, operation
