"""Layer 3: the database keeps accounts apart even when the application forgets to."""

import hashlib
from collections.abc import AsyncIterator
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from app.core.database import Database
from specward.database.provision import Urls
from tests.app.isolation.conftest import Owner

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("owners")]

TABLES = (
    *("accounts", "identities", "profiles", "sessions", "refresh_tokens", "mail_tokens"),
    *("notifications", "notification_preferences", "live_streams", "idempotency_keys", "upkeep"),
)
ACT_AS = "select set_config('app.user_id', %s, true)"


@pytest.fixture
async def runtime_role(database: Urls) -> AsyncIterator[AsyncConnection[tuple[object, ...]]]:
    """A plain connection as app_user, beside the application."""
    async with await AsyncConnection.connect(database.app) as connection:
        yield connection


async def count(connection: AsyncConnection[tuple[object, ...]], table: str) -> object:
    statement = psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier(table))
    row = await (await connection.execute(statement)).fetchone()
    assert row is not None
    return row[0]


async def test_nobody_sees_nothing(runtime_role: AsyncConnection[tuple[object, ...]]) -> None:
    for table in TABLES:
        assert await count(runtime_role, table) == 0


async def test_an_owner_sees_their_own(
    runtime_role: AsyncConnection[tuple[object, ...]], owners: tuple[Owner, Owner]
) -> None:
    await runtime_role.execute(ACT_AS, [str(owners[0].id)])
    assert [await count(runtime_role, table) for table in TABLES] == [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1]


async def test_settings_end_with_the_transaction(
    runtime_role: AsyncConnection[tuple[object, ...]], owners: tuple[Owner, Owner]
) -> None:
    await runtime_role.execute(ACT_AS, [str(owners[0].id)])
    await runtime_role.commit()
    assert await count(runtime_role, "profiles") == 0


FORBIDDEN: dict[str, tuple[LiteralString, str]] = {
    "insert for another": ("insert into sessions (owner_id) values (%(somebody)s)", "42501"),
    "give away": ("update sessions set owner_id = %(somebody)s", "42501"),
    "refresh token of another's session": (
        "insert into refresh_tokens values (sha256('x'), %(me)s, %(session)s, now(), now())",
        "23503",
    ),
    "identity for another": ("insert into identities values ('https://x', 'x', %(somebody)s)", "42501"),
    "another identity": ("update identities set subject = 'x'", "42501"),
    "truncate": ("truncate profiles", "42501"),
    "alter": ("alter table profiles no force row level security", "42501"),
    "become the owner": ("set role app_owner", "42501"),
    "new table": ("create table mine ()", "42501"),
    "a row of upkeep": ("insert into upkeep (owner_id) values (%(me)s)", "42501"),
    "a function of the owner's": ("select begin_upkeep()", "42501"),
    "place of another's stream": (
        "insert into live_streams (owner_id, place, expires_at) values (%(somebody)s, 2, now())",
        "42501",
    ),
    "account of another": ("insert into accounts (id) values (%(somebody)s)", "42501"),
}


async def test_row_security_cannot_be_switched_off(
    runtime_role: AsyncConnection[tuple[object, ...]],
) -> None:
    await runtime_role.execute("set local row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await runtime_role.execute("select * from profiles")


@pytest.mark.parametrize("attack", FORBIDDEN)
async def test_the_runtime_role_may_not(
    attack: str,
    runtime_role: AsyncConnection[tuple[object, ...]],
    owners: tuple[Owner, Owner],
    as_superuser: Database,
) -> None:
    me, somebody = owners
    async with as_superuser.connection() as connection:
        found = await connection.execute("select id from sessions where owner_id = $1", [somebody.id])
        ((session,),) = await found.fetchall()
    statement, state = FORBIDDEN[attack]
    await runtime_role.execute(ACT_AS, [str(me.id)])
    values = {"me": me.id, "somebody": somebody.id, "session": session}
    with pytest.raises(psycopg.Error) as refusal:
        await runtime_role.execute(statement, values)
    assert refusal.value.sqlstate == state
    assert await somebody.rows(as_superuser) == somebody.before


@pytest.mark.parametrize(
    "statement",
    ["update sessions set user_agent = 'x' where owner_id = %s", "delete from sessions where owner_id = %s"],
)
async def test_another_owners_rows_are_not_there(
    statement: LiteralString,
    runtime_role: AsyncConnection[tuple[object, ...]],
    owners: tuple[Owner, Owner],
    as_superuser: Database,
) -> None:
    me, somebody = owners
    await runtime_role.execute(ACT_AS, [str(me.id)])
    assert (await runtime_role.execute(statement, [somebody.id])).rowcount == 0
    await runtime_role.commit()
    assert await somebody.rows(as_superuser) == somebody.before


async def test_every_table_is_forced_and_has_policies_for_every_command(as_superuser: Database) -> None:
    """All but those about nobody: Alembic's version number, and counters under hashes."""
    async with as_superuser.connection() as connection:
        rows = await connection.execute(
            "select relname::text, relrowsecurity and relforcerowsecurity, "
            "array(select polcmd::text from pg_policy where polrelid = pg_class.oid order by 1) "
            "from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and relname not in ('alembic_version', 'rate_limits') order by 1"
        )
        found = await rows.fetchall()
    # The row of upkeep comes and goes with its account: the runtime role may neither insert nor delete.
    commands = {"identities": ["a", "d", "r"], "upkeep": ["a", "r", "w"]}
    tables = sorted((*TABLES, "sealed_answers"))
    assert found == [(table, True, commands.get(table, ["a", "d", "r", "w"])) for table in tables]


async def test_the_duty_sees_who_is_due_and_touches_nothing(
    runtime_role: AsyncConnection[tuple[object, ...]], owners: tuple[Owner, Owner]
) -> None:
    await runtime_role.execute("select set_config('app.duty', 'upkeep', true)")
    seen = await (await runtime_role.execute("select owner_id from upkeep")).fetchall()
    assert {(owner.id,) for owner in owners} <= set(seen)
    assert (await runtime_role.execute("update upkeep set due_at = now()")).rowcount == 0
    for table in set(TABLES) - {"upkeep"}:
        assert await count(runtime_role, table) == 0


async def test_another_duty_sees_nothing(runtime_role: AsyncConnection[tuple[object, ...]]) -> None:
    await runtime_role.execute("select set_config('app.duty', 'limits', true)")
    assert await count(runtime_role, "upkeep") == 0


async def test_a_sealed_answer_is_reached_by_its_name_alone(
    runtime_role: AsyncConnection[tuple[object, ...]], as_superuser: Database
) -> None:
    async with as_superuser.connection() as connection:
        await connection.execute(
            "insert into sealed_answers values (sha256('new'), 'x', now()), "
            "(sha256('old'), 'x', now() - interval '25 hours') on conflict do nothing"
        )
    old, new = (hashlib.sha256(name).digest() for name in (b"old", b"new"))
    query = "delete from sealed_answers where name in (sha256('old'), sha256('new')) returning name"
    for setting, value, reached in (
        ("app.user_id", str(uuid4()), set()),
        ("app.token_hash", hashlib.sha256(b"another").hexdigest(), set()),
        ("app.token_hash", new.hex(), {new}),
        ("app.duty", "limits", set()),
        ("app.duty", "upkeep", {old}),
    ):
        await runtime_role.execute("select set_config(%s, %s, true)", [setting, value])
        found = await (await runtime_role.execute(query)).fetchall()
        assert {row[0] for row in found} == reached
        await runtime_role.rollback()
