"""Sessions of people straight at the database, as the runtime role; and a view of it from above."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

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

# Several of one moment, so that the id decides; a third of them read.
FILL = """
insert into notifications (owner_id, kind, title, created_at, read_at)
select %s, (array['security', 'account', 'product'])[1 + n %% 3], n::text,
    now() - make_interval(mins => n / 4), case when n %% 5 = 0 then now() end
from generate_series(1, %s) as n
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


async def plenty(superuser: Superuser) -> UUID:
    """Two owners with three thousand each, and statistics that know of them."""
    for _ in range(2):
        rows = await superuser.execute(
            "insert into accounts (email, password_hash) values (%s, 'x') returning id",
            [f"{uuid4()}@example.org"],
        )
        ((owner,),) = await rows.fetchall()
        await superuser.execute(FILL, [owner, 3000])
    await superuser.execute("analyze notifications")
    return UUID(str(owner))


async def explain(superuser: Superuser, mode: str, owner: UUID, sql: str, arguments: Sequence[object]) -> str:
    """The plan of a prepared statement, as the runtime role and under row security."""
    values = ", ".join(f"'{argument}'" for argument in arguments)
    async with superuser.transaction():
        await superuser.execute("set local role app_user")
        await superuser.execute(f"set local plan_cache_mode = {mode}")
        await superuser.execute("select set_config('app.user_id', %s, true)", [str(owner)])
        await superuser.execute(f"prepare asked as {sql}")
        rows = await superuser.execute(f"explain execute asked({values})")
        plan = "\n".join(line for (line,) in await rows.fetchall())
        await superuser.execute("deallocate asked")
    return plan
