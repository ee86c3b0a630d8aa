"""The same key, the same answer: also at once, also at two instances, and done once."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.models import LogInSession
from app.core.idempotency.dependency import IdempotentSession
from app.core.keys import new_key, write_private
from app.core.problems import ProblemError, ProblemType
from app.core.statement import prepare
from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import Person, join, name_of, running, settings_for
from tests.servers.urls import through
from tests.servers.wire import wire_to

pytestmark = pytest.mark.anyio

CRASH = 500


class Wish(BaseModel):
    """What is to be done, and with which status it is refused after all."""

    agent: str
    refused_with: int | None = None


class Made(BaseModel):
    """What was done."""

    id: UUID
    user_agent: str


MAKE = prepare(
    insert(LogInSession)
    .values(user_agent=bindparam("agent"))
    .returning(col(LogInSession.id), col(LogInSession.user_agent)),
    into=Made,
)


def instance(database: Urls, keys: SecretStr, connections: int = 4) -> FastAPI:
    """An instance of the service, with a route that can be seen to have been done."""
    chosen = {"signing_keys": keys, "database_max_connections": connections}
    app = create_app(settings_for(database.app).model_copy(update=chosen))

    @app.post("/wishes/{name}", status_code=201)
    async def wish(name: str, wish: Wish, session: IdempotentSession) -> Made:
        made = await session.first(MAKE, agent=wish.agent)
        async with session.transaction() as transaction:
            await transaction.run(MAKE, agent=f"{wish.agent}, too")
        if wish.refused_with == CRASH:
            raise RuntimeError(name)
        if wish.refused_with:
            raise ProblemError(ProblemType("refused", wish.refused_with, secrets.token_hex(), ""))
        assert made is not None
        return made

    @app.post("/wishes", status_code=204)
    async def empty_wish(session: IdempotentSession) -> None:
        await session.run(MAKE, agent="empty")

    return app


@pytest.fixture
def keys() -> SecretStr:
    return SecretStr(write_private(new_key()))


@pytest.fixture
async def instances(database: Urls, keys: SecretStr) -> AsyncIterator[list[AsyncClient]]:
    """Two instances of one service."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(instance(database, keys))) for _ in range(2)]


@pytest.fixture
async def person(instances: list[AsyncClient]) -> Person:
    return await join(instances[0])


class Count:
    """Counts what was done, beside the application."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def __call__(self, agent: str) -> int:
        query = "select count(*) from sessions where user_agent like %s"
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            row = await (await connection.execute(query, [f"{agent}%"])).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def done(server: Server, database: Urls) -> Count:
    return Count(server.superuser_url(name_of(database)))


@pytest.fixture
def agent() -> str:
    return secrets.token_hex()


async def ask(person: Person, key: str | None, path: str = "/wishes/a", **wish: object) -> httpx2.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await person.call("POST", path, headers=headers, json=wish)


def same(first: httpx2.Response, second: httpx2.Response) -> bool:
    """All that a client can see; `content-length` of an empty answer included."""
    return (first.status_code, first.content, first.headers) == (
        second.status_code,
        second.content,
        second.headers,
    )


async def test_the_same_key_gives_the_same_answer(person: Person, done: Count, agent: str) -> None:
    first, again = [await ask(person, "k", agent=agent) for _ in range(2)]
    assert first.status_code == 201
    assert same(first, again)
    assert await done(agent) == 2
    other = await ask(person, "another", agent=agent)
    assert other.json()["id"] != first.json()["id"]


async def test_without_a_key_it_is_done_each_time(person: Person, done: Count, agent: str) -> None:
    assert not same(*[await ask(person, None, agent=agent) for _ in range(2)])
    assert await done(agent) == 4


async def test_an_empty_answer_is_kept_as_well(person: Person) -> None:
    first, again = [await ask(person, "k", "/wishes") for _ in range(2)]
    assert (first.status_code, first.content) == (204, b"")
    assert same(first, again)


@pytest.mark.parametrize("change", ["body", "path", "query"])
async def test_another_request_with_the_same_key(
    person: Person, done: Count, agent: str, change: str
) -> None:
    await ask(person, "k", agent=agent)
    path = {"path": "/wishes/b", "query": "/wishes/a?x=1"}.get(change, "/wishes/a")
    answer = await ask(person, "k", path, agent=f"{agent}!" if change == "body" else agent)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-mismatch")
    assert await done(agent) == 2


async def test_the_same_key_on_another_operation_is_another_key(person: Person, agent: str) -> None:
    assert (await ask(person, "k", agent=agent)).status_code == 201
    assert (await ask(person, "k", "/wishes")).status_code == 204


async def test_the_same_key_of_somebody_else_is_another_key(
    instances: list[AsyncClient], person: Person, agent: str
) -> None:
    somebody = await join(instances[1])
    first, other = [await ask(who, "k", agent=agent) for who in (person, somebody)]
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["id"] != other.json()["id"]


async def test_at_once_at_two_instances(
    instances: list[AsyncClient], person: Person, done: Count, agent: str
) -> None:
    """Three at each: one does it, the others wait and give its answer."""
    askers = [person._replace(client=client) for client in instances for _ in range(3)]
    answers = await asyncio.gather(*(ask(asker, "k", agent=agent) for asker in askers))
    assert answers[0].status_code == 201
    assert all(same(answers[0], answer) for answer in answers)
    assert await done(agent) == 2


@pytest.mark.parametrize("status", [403, 404, 409, 422])
async def test_a_refusal_is_kept_and_undoes_what_was_done(
    person: Person, done: Count, agent: str, status: int
) -> None:
    first, again = [await ask(person, "k", agent=agent, refused_with=status) for _ in range(2)]
    assert first.status_code == status
    assert same(first, again)
    assert await done(agent) == 0


@pytest.mark.parametrize("status", [401, 429, CRASH, 503])
async def test_a_failure_is_not_kept(person: Person, done: Count, agent: str, status: int) -> None:
    first, again = [await ask(person, "k", agent=agent, refused_with=status) for _ in range(2)]
    assert first.status_code == again.status_code == status
    assert first.content != again.content
    assert await done(agent) == 0


async def test_a_statement_that_fails_leaves_the_key_free(person: Person, done: Count, agent: str) -> None:
    too_long = agent * 4
    assert [(await ask(person, "k", agent=too_long)).status_code for _ in range(2)] == [500, 500]
    assert await done(agent) == 0
    assert (await ask(person, "k", agent=agent)).status_code == 201


async def test_a_key_is_free_after_a_day(
    person: Person, done: Count, agent: str, server: Server, database: Urls
) -> None:
    first = await ask(person, "k", agent=agent)
    for age, status in (("23 hours", 422), ("25 hours", 201)):
        with psycopg.connect(server.superuser_url(name_of(database))) as connection:
            connection.execute("update idempotency_keys set created_at = now() - %s::interval", [age])
        other = await ask(person, "k", agent=f"{agent}!")
        assert other.status_code == status
    assert other.json()["id"] != first.json()["id"]
    assert same(other, await ask(person, "k", agent=f"{agent}!"))
    assert await done(agent) == 4


async def test_a_key_outlives_the_rotation_of_the_signing_keys(
    database: Urls, person: Person, keys: SecretStr, agent: str
) -> None:
    first = await ask(person, "k", agent=agent)
    old, new = json.loads(keys.get_secret_value()), json.loads(write_private(new_key()))
    rotated = SecretStr(json.dumps({"keys": new["keys"] + old["keys"]}))
    async with running(instance(database, rotated)) as client:
        assert same(first, await ask(person._replace(client=client), "k", agent=agent))


async def test_what_is_kept_tells_nothing_of_the_request(
    person: Person, agent: str, server: Server, database: Urls
) -> None:
    """Nobody who reads the table can try out passwords: the hash is keyed."""
    await ask(person, "k", agent=agent, refused_with=403)
    with psycopg.connect(server.superuser_url(name_of(database))) as connection:
        (row,) = connection.execute(
            "select request_hash, body from idempotency_keys where key = 'k'"
        ).fetchall()[-1:]
    body = json.dumps({"agent": agent, "refused_with": 403}, separators=(",", ":")).encode()
    assert row[0] not in {
        hashlib.sha256(body).digest(),
        hashlib.sha256(b"POST\n/wishes/a\n\napplication/json\n" + body).digest(),
    }
    assert agent.encode() not in row[1]


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_1_to_255_characters(person: Person, agent: str, key: str) -> None:
    answer = await ask(person, key, agent=agent)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


async def test_a_key_changes_nothing_without_a_token(instances: list[AsyncClient]) -> None:
    answers = [
        await instances[0].post("/wishes", headers=headers) for headers in ({}, {"Idempotency-Key": "k"})
    ]
    assert answers[0].status_code == 401
    assert same(*answers)


async def test_what_a_key_costs(database: Urls, server: Server, keys: SecretStr, agent: str) -> None:
    """To claim it, to keep the answer and to commit; the answer again costs two and the end of the unit."""
    with wire_to(server.port) as wire:
        # One connection: a second one would be made at leisure.
        app = instance(database._replace(app=through(database.app, wire.port)), keys, connections=1)
        async with running(app) as client:
            person = await join(client)
            costs = []
            for key in (None, "k", "k"):
                before = wire.turns
                await ask(person, key, agent=agent)
                costs.append(wire.turns - before)
    assert costs == [1 + 2, 1 + 2 + 2, 3]
