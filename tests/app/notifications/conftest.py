"""Sessions of people straight at the database, as the runtime role; and a view of it from above."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import jwt
import psycopg
import pytest

from app.core.asker import Principal
from app.core.database import Database, Session
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import Person, name_of

SessionOf = Callable[[Person], Session[Principal]]
Await = Callable[[], Awaitable[None]]
Superuser = psycopg.AsyncConnection[Any]

UNTIL_LOCK_AWAITED = """
do $$ begin
    while not exists (select from pg_locks where locktype = 'advisory' and not granted) loop
        perform pg_sleep(0.01);
    end loop;
end $$
"""


def id_of(person: Person) -> UUID:
    """The account of a person."""
    claims = jwt.decode(person.tokens["access_token"], options={"verify_signature": False})
    return UUID(claims["sub"])


@pytest.fixture
async def door(database: Urls) -> AsyncIterator[Database]:
    """The application's database, opened once more beside the application."""
    door = Database(database.app, max_connections=4, prepare_threshold=5)
    await door.open()
    yield door
    await door.close()


@pytest.fixture
def session_of(door: Database) -> SessionOf:
    return lambda person: door.acting_as(Principal(id_of(person)))


@pytest.fixture
async def superuser(server: Server, database: Urls) -> AsyncIterator[Superuser]:
    url = server.superuser_url(name_of(database))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def lock_awaited(superuser: Superuser) -> Await:
    """Wait until somebody waits for an advisory lock."""

    async def wait() -> None:
        await superuser.execute(UNTIL_LOCK_AWAITED)

    return wait
