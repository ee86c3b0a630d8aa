"""Two owners with a row everywhere, and ways to the database that are not the application's."""

import secrets
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple
from uuid import UUID

import pytest

from app.core.database import Database
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import name_of

# Everything of one owner, as text, in one row.
EVERYTHING = """
select (select json_agg(a) from accounts a where id = $1)::text
    || coalesce((select json_agg(i) from identities i where owner_id = $1)::text, '-')
    || coalesce((select json_agg(p) from profiles p where owner_id = $1)::text, '-')
    || coalesce((select json_agg(s order by s.id) from sessions s where owner_id = $1)::text, '-')
    || coalesce((select json_agg(n order by n.id) from notifications n where owner_id = $1)::text, '-')
    || coalesce((select json_agg(p) from notification_preferences p where owner_id = $1)::text, '-')
    || coalesce((select json_agg(s) from live_streams s where owner_id = $1)::text, '-')
"""


class Owner(NamedTuple):
    """An account with rows of its own."""

    id: UUID
    before: str

    async def rows(self, database: Database) -> str:
        """Read everything that the owner owns, as a superuser."""
        async with database.connection() as connection:
            ((rows,),) = await (await connection.execute(EVERYTHING, [self.id])).fetchall()
        return str(rows)


@pytest.fixture
def superuser_url(server: Server, database: Urls) -> str:
    """The database as its superuser."""
    return server.superuser_url(name_of(database))


@pytest.fixture
def make_database() -> Callable[[str], Database]:
    return lambda url: Database(url, max_connections=2, prepare_threshold=5)


@pytest.fixture
async def as_superuser(
    superuser_url: str, make_database: Callable[[str], Database]
) -> AsyncIterator[Database]:
    """The door to the database with layer 3 switched off: a superuser is above row security."""
    database = make_database(superuser_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def owners(as_superuser: Database) -> tuple[Owner, Owner]:
    """Two accounts, each with a row in every table."""
    made = []
    async with as_superuser.connection() as connection:
        for _ in ("me", "somebody"):
            rows = await connection.execute(
                "insert into accounts (email, password_hash) values ($1, 'x') returning id",
                [f"{secrets.token_hex(8)}@example.org"],
            )
            ((account,),) = await rows.fetchall()
            await connection.execute("insert into profiles (owner_id, about) values ($1, 'mine')", [account])
            await connection.execute("insert into sessions (owner_id) values ($1)", [account])
            await connection.execute(
                "insert into identities values ('https://issuer.example', $1, $2)", [str(account), account]
            )
            await connection.execute(
                "insert into notifications (owner_id, kind, title) values ($1, 'product', 'x')", [account]
            )
            await connection.execute(
                "insert into notification_preferences values ($1, 'product', 'live', false)", [account]
            )
            await connection.execute(
                "insert into live_streams (owner_id, place, expires_at) values ($1, 1, now())", [account]
            )
            ((before,),) = await (await connection.execute(EVERYTHING, [account])).fetchall()
            made.append(Owner(account, before))
    return made[0], made[1]
