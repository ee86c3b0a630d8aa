"""T-001: a database that takes no writes for a while costs answers of 503, and loses nothing."""

import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx2 import AsyncClient, Response
from psycopg import sql

from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import PASSWORD, join, name_of, running, settings_for
from tests.app.core.documented import document, operations
from tests.app.core.test_database import end_connections

pytestmark = pytest.mark.anyio

TEST = "/v1/notifications/test"
FULL = """
create function full_disk() returns trigger language plpgsql as
$$ begin raise 'could not extend file' using errcode = 'disk_full'; end $$
"""
ON_WRITES = "create trigger full_disk before insert or update or delete on {} execute function full_disk()"
# The last write of a request with a key; and its commit, where nothing but the key is left to be checked.
ON_KEEPING = "create trigger full_disk before update on {} for each row execute function full_disk()"
ON_COMMIT = (
    "create constraint trigger full_disk after update on {} deferrable initially deferred "
    "for each row execute function full_disk()"
)
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename != 'alembic_version'"
KEYS = ("idempotency_keys", "sealed_answers")


@pytest.fixture
async def client(fresh_database: Urls) -> AsyncIterator[AsyncClient]:
    async with running(create_app(settings_for(fresh_database.app))) as client:
        yield client


@pytest.fixture
def operator(server: Server, fresh_database: Urls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.superuser_url(name_of(fresh_database)), autocommit=True) as connection:
        yield connection


def fill(operator: psycopg.Connection, trigger: str, *tables: str) -> None:
    """Have the server say what it says when its disk is full."""
    operator.execute(FULL)
    for table in tables:
        operator.execute(sql.SQL(trigger).format(sql.Identifier(table)))


def requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A request for each operation that is no read, as the document shows it."""
    for method, template in operations():
        if method == "GET":
            continue
        path = template.format(kind="product", channel="email", notification_id=uuid4(), session_id=uuid4())
        body = document()["paths"][template][method.lower()].get("requestBody")
        yield method, path, {"json": _example(body)} if body and "unsubscribe" not in path else {}


def _example(body: dict[str, Any]) -> object:
    name = next(iter(body["content"].values()))["schema"]["$ref"].rpartition("/")[2]
    return document()["components"]["schemas"][name]["examples"][0]


@pytest.mark.parametrize("fault", ["read-only", "full"])
async def test_no_write_is_our_fault(
    client: AsyncClient, operator: psycopg.Connection, server: Server, fresh_database: Urls, fault: str
) -> None:
    person = await join(client)
    if fault == "full":
        fill(operator, ON_WRITES, *(table for (table,) in operator.execute(TABLES).fetchall()))
    else:
        only = "alter role app_user in database {} set default_transaction_read_only = on"
        operator.execute(sql.SQL(only).format(sql.Identifier(name_of(fresh_database))))
        end_connections(server, fresh_database)
    statuses = {}
    for method, path, body in requests():
        for key in ({}, {"Idempotency-Key": secrets.token_hex()}):
            answer = await person.call(method, path, headers={"If-Match": "*", **key}, **body)
            statuses[f"{method} {path}"] = answer.status_code
            assert answer.status_code < 500 or answer.json()["type"] == "/problems/unavailable", path
    assert statuses["PATCH /v1/profile"] == statuses[f"POST {TEST}"] == 503
    assert statuses["POST /v1/auth/register"] == statuses["POST /v1/auth/login"] == 503
    assert (await person.call("GET", "/v1/notifications")).json()["items"] == []


@pytest.mark.parametrize("trigger", [ON_KEEPING, ON_COMMIT], ids=["keeping", "commit"])
async def test_what_cannot_be_kept_is_not_done(
    client: AsyncClient, operator: psycopg.Connection, trigger: str
) -> None:
    """And done with the same key once it can be."""
    person = await join(client)
    key = {"Idempotency-Key": secrets.token_hex()}
    new = {"email": f"{secrets.token_hex(8)}@example.org", "password": PASSWORD}

    async def both() -> list[Response]:
        return [
            await person.call("POST", TEST, headers=key),
            await client.post("/v1/auth/register", json=new, headers=key),
        ]

    fill(operator, trigger, *KEYS)
    for answer in await both():
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert (await person.call("GET", "/v1/notifications")).json()["items"] == []
    assert (await client.post("/v1/auth/login", json=new)).status_code == 401
    operator.execute("drop function full_disk cascade")
    assert [answer.status_code for answer in await both()] == [201, 202]
    assert [answer.status_code for answer in await both()] == [201, 202]
    assert len((await person.call("GET", "/v1/notifications")).json()["items"]) == 1
