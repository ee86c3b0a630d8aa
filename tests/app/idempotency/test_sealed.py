"""T-005: keys of anonymous requests: the same answer, also at once at two instances, and nobody else's."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app.core.idempotency.sealed import Seal
from app.core.keys import new_key, write_private
from app.core.problems import ProblemError
from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import PASSWORD, Person, join, mails_to, name_of, running, settings_for, token_in

pytestmark = pytest.mark.anyio

LOGIN, REFRESH = "/v1/auth/login", "/v1/auth/refresh"
Instances = list[tuple[FastAPI, AsyncClient]]
Dying = Callable[[], AbstractContextManager[None]]


@pytest.fixture
async def instances(database: Urls) -> AsyncIterator[Instances]:
    """Two instances of one service."""
    apps = [create_app(settings_for(database.app)) for _ in range(2)]
    async with AsyncExitStack() as stack:
        yield [(app, await stack.enter_async_context(running(app))) for app in apps]


@pytest.fixture
def client(instances: Instances) -> AsyncClient:
    return instances[0][1]


@pytest.fixture
async def person(client: AsyncClient) -> Person:
    return await join(client)


@pytest.fixture
def key() -> str:
    return secrets.token_hex(16)


async def ask(
    client: AsyncClient, key: str, path: str = LOGIN, network: str | None = None, **body: str
) -> httpx2.Response:
    extensions = {"from": network} if network else {}
    return await client.post(path, headers={"Idempotency-Key": key}, json=body, extensions=extensions)


async def log_in(client: AsyncClient, person: Person, key: str, password: str = PASSWORD) -> httpx2.Response:
    return await ask(client, key, email=person.email, password=password)


async def sessions_of(person: Person) -> int:
    return len((await person.call("GET", "/v1/auth/sessions")).json()["items"])


def execute(server: Server, database: Urls, query: str, *values: object) -> list[tuple[bytes, ...]]:
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


async def test_the_same_key_gives_the_same_tokens(client: AsyncClient, person: Person, key: str) -> None:
    before = await sessions_of(person)
    first, again = [await log_in(client, person, key) for _ in range(2)]
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert await sessions_of(person) == before + 1
    other = await log_in(client, person, secrets.token_hex(16))
    assert other.content != first.content


async def test_at_once_at_two_instances(instances: Instances, person: Person, key: str) -> None:
    before = await sessions_of(person)
    clients = [client for _, client in instances for _ in range(3)]
    answers = await asyncio.gather(*(log_in(client, person, key) for client in clients))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert await sessions_of(person) == before + 1


async def test_another_request_with_the_same_key(client: AsyncClient, person: Person, key: str) -> None:
    await log_in(client, person, key)
    answer = await log_in(client, await join(client), key)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-mismatch")


async def test_who_has_the_key_without_the_password_gets_nothing(
    client: AsyncClient, person: Person, key: str
) -> None:
    await log_in(client, person, key)
    answer = await log_in(client, person, key, password="correct horse batterx")
    assert answer.json()["type"] == "/problems/idempotency-mismatch"


async def test_a_refresh_may_be_repeated_after_its_grace(
    client: AsyncClient, person: Person, key: str, server: Server, database: Urls
) -> None:
    first = await ask(client, key, REFRESH, refresh_token=person.tokens["refresh_token"])
    execute(server, database, "update refresh_tokens set spent_at = spent_at - interval '1 minute'")
    again = await ask(client, key, REFRESH, refresh_token=person.tokens["refresh_token"])
    assert (first.status_code, first.content) == (200, again.content)
    assert await sessions_of(person) == 1


async def test_every_anonymous_post_takes_a_key(instances: Instances, key: str) -> None:
    """What can be done once answers the second time as if it were the first."""
    app, client = instances[0]
    email = f"{secrets.token_hex(8)}@example.org"
    registration = {"email": email, "password": PASSWORD}
    for _ in range(2):
        assert (await ask(client, key, "/v1/auth/register", **registration)).status_code == 202
    assert len(await mails_to(app, email)) == 1
    verification = token_in((await mails_to(app, email))[-1])
    for _ in range(2):
        assert (await ask(client, key, "/v1/auth/verify-email", token=verification)).status_code == 204
    for _ in range(2):
        assert (await ask(client, key, "/v1/auth/forgot-password", email=email)).status_code == 202
    assert len(await mails_to(app, email)) == 2
    reset = {"token": token_in((await mails_to(app, email))[-1]), "new_password": f"{PASSWORD}!"}
    for _ in range(2):
        assert (await ask(client, key, "/v1/auth/reset-password", **reset)).status_code == 204
    tokens = (await ask(client, key, email=email, password=f"{PASSWORD}!")).json()
    for _ in range(2):
        answer = await ask(client, key, "/v1/auth/logout", refresh_token=tokens["refresh_token"])
        assert answer.status_code == 204


async def test_a_failure_is_not_kept(client: AsyncClient, person: Person, key: str) -> None:
    wrong = {"email": person.email, "password": "wrong horse battery"}
    assert [(await ask(client, key, **wrong)).status_code for _ in range(2)] == [401, 401]
    assert (await log_in(client, person, key)).status_code == 200


async def test_a_refusal_leaves_nothing_behind(client: AsyncClient, server: Server, database: Urls) -> None:
    """Anybody can be refused as often as they like, each time with another key."""
    count = "select count(*) from sealed_answers"
    before = execute(server, database, count)
    wrong = {"email": "nobody@example.org", "password": "wrong horse battery"}
    for path, body, status in (
        (LOGIN, {}, 422),
        (LOGIN, wrong, 401),
        ("/v1/auth/verify-email", {"token": "unknown"}, 400),
    ):
        assert (await ask(client, secrets.token_hex(16), path, **body)).status_code == status
    assert execute(server, database, count) == before


async def test_too_many_requests_are_not_kept(client: AsyncClient, key: str) -> None:
    body = {"email": f"{key}@example.org"}
    network = f"2001:db8:{secrets.token_hex(2)}::1"
    for number in range(20):
        other = f"{number}-{body['email']}"
        await ask(client, secrets.token_hex(16), "/v1/auth/forgot-password", network=network, email=other)
    refused = await ask(client, key, "/v1/auth/forgot-password", network=network, **body)
    assert refused.status_code == 429
    assert (await ask(client, key, "/v1/auth/forgot-password", **body)).status_code == 202


async def test_a_crash_leaves_the_key_free(
    instances: Instances, person: Person, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, client = instances[0]

    async def crash(*_: object) -> bool:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(type(app.state.runtime.passwords), "verify", crash)
        assert (await log_in(client, person, key)).status_code == 500
    assert (await log_in(client, person, key)).status_code == 200


async def test_a_key_is_free_after_a_day(
    client: AsyncClient, person: Person, key: str, server: Server, database: Urls
) -> None:
    first = await log_in(client, person, key)
    for age, kept in (("23 hours", True), ("25 hours", False)):
        execute(server, database, "update sealed_answers set created_at = now() - %s::interval", age)
        assert ((await log_in(client, person, key)).content == first.content) is kept


async def test_the_claim_of_an_instance_that_died_is_void(
    client: AsyncClient, person: Person, key: str, server: Server, database: Urls
) -> None:
    await log_in(client, person, key)
    execute(
        server,
        database,
        "update sealed_answers set sealed = null, created_at = now() - interval '39.5 seconds'",
    )
    assert (await log_in(client, person, key)).status_code == 200


@pytest.fixture
def dying(server: Server, database: Urls) -> Dying:
    """An instance that ends just before it keeps an answer, and then the time until its claim is void."""

    async def die(*_: object) -> None:
        raise ConnectionError

    @contextmanager
    def dying() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("keep_sealed", "release_sealed"):
                patch.setattr(f"app.core.idempotency.repository.{name}", die)
            yield
        execute(server, database, "update sealed_answers set created_at = now() - interval '40 seconds'")
        execute(server, database, "update refresh_tokens set spent_at = spent_at - interval '40 seconds'")

    return dying


async def test_an_instance_that_died_before_the_answer_was_kept_has_done_nothing(
    client: AsyncClient, person: Person, key: str, dying: Dying
) -> None:
    before = await sessions_of(person)
    with dying():
        assert (await log_in(client, person, key)).status_code == 500
    assert await sessions_of(person) == before
    answers = [await log_in(client, person, key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert await sessions_of(person) == before + 1


async def test_nor_is_who_asks_it_to_refresh_again_a_thief(
    client: AsyncClient, person: Person, key: str, dying: Dying
) -> None:
    with dying():
        answer = await ask(client, key, REFRESH, refresh_token=person.tokens["refresh_token"])
        assert answer.status_code == 500
    answer = await ask(client, key, REFRESH, refresh_token=person.tokens["refresh_token"])
    assert answer.status_code == 200
    assert await sessions_of(person) == 1


async def test_a_refusal_keeps_what_was_done(
    client: AsyncClient, person: Person, key: str, server: Server, database: Urls
) -> None:
    """A refresh token that came twice ends its session, and each try counts, with a key as without."""
    spent = person.tokens["refresh_token"]
    assert (await client.post(REFRESH, json={"refresh_token": spent})).status_code == 200
    execute(server, database, "update refresh_tokens set spent_at = spent_at - interval '1 minute'")
    assert (await ask(client, key, REFRESH, refresh_token=spent)).status_code == 401
    assert await sessions_of(person) == 0
    network = f"2001:db8:{secrets.token_hex(2)}::1"
    tries = [
        await ask(client, secrets.token_hex(16), "/v1/auth/logout", network=network, refresh_token=spent)
        for _ in range(21)
    ]
    assert [each.status_code for each in tries] == [204] * 20 + [429]


async def test_one_connection_is_enough(database: Urls, key: str) -> None:
    """A request that holds one never waits for another, which all others may hold as well."""
    settings = settings_for(database.app).model_copy(update={"database_max_connections": 1})
    async with running(create_app(settings)) as client:
        person = await join(client)
        assert (await log_in(client, person, key)).status_code == 200
        answer = await ask(client, key, REFRESH, refresh_token=person.tokens["refresh_token"])
        assert answer.status_code == 200


async def test_nobody_who_has_the_database_and_the_signing_key_can_open_it(
    client: AsyncClient, person: Person, key: str, server: Server, database: Urls
) -> None:
    tokens = (await log_in(client, person, key)).json()
    row = b"".join(
        execute(server, database, "select name, sealed from sealed_answers order by created_at")[-1]
    )
    for secret in (*tokens.values(), key, PASSWORD, person.email):
        assert str(secret).encode() not in row


async def test_a_rotation_of_the_signing_key_forgets(
    client: AsyncClient, person: Person, key: str, database: Urls
) -> None:
    first = await log_in(client, person, key)
    rotated = settings_for(database.app).model_copy(
        update={"signing_keys": SecretStr(write_private(new_key()))}
    )
    async with running(create_app(rotated)) as other:
        again = await log_in(other, person, key)
    assert again.status_code == 200
    assert again.content != first.content


@pytest.mark.parametrize("key", ["k" * 31, "k" * 256])
async def test_a_key_has_32_to_255_characters(client: AsyncClient, person: Person, key: str) -> None:
    answer = await log_in(client, person, key)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


@given(
    st.integers(200, 599),
    st.binary(),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)
def test_a_seal_opens_with_its_own_key_only(status: int, body: bytes, key: bytes, other: bytes) -> None:
    seal = Seal(b"name", key)
    assert tuple(seal.open(seal.close(status, body))) == (status, body)
    if other != key:
        with pytest.raises(ProblemError):
            Seal(b"name", other).open(seal.close(status, body))
    with pytest.raises(ProblemError):
        Seal(b"another name", key).open(seal.close(status, body))
