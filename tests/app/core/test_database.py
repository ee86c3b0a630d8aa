"""The door to the database: one turn for a unit of work, and what happens when things go wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import anyio
import psycopg
import pytest
from psycopg_pool import PoolTimeout
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.models import Account, LogInSession
from app.core.asker import EmailClaim, Principal
from app.core.database import Database, Session
from app.core.pipeline import Connection
from app.core.statement import prepare
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import name_of
from tests.servers.urls import through
from tests.servers.wire import Wire, wire_to

pytestmark = pytest.mark.anyio

Work = Coroutine[None, None, object]

ADD_ACCOUNT = prepare(
    insert(Account).values(password_hash="x").returning(col(Account.id)),
    into=UUID,
    by=EmailClaim,
)
ADD = prepare(
    insert(LogInSession).values(user_agent=bindparam("agent")).returning(col(LogInSession.id)), into=UUID
)
AGENTS = prepare(select(col(LogInSession.user_agent)).order_by(col(LogInSession.user_agent)), into=str)
RENAME = prepare(
    update(LogInSession).values(user_agent=bindparam("agent")).returning(col(LogInSession.id)), into=UUID
)
CLEAR = prepare(delete(LogInSession).returning(col(LogInSession.id)), into=UUID)


@pytest.fixture
def urls(fresh_database: Urls) -> Urls:
    return fresh_database


@asynccontextmanager
async def opened(url: str, *, connections: int = 1) -> AsyncIterator[Database]:
    database = Database(url, max_connections=connections, prepare_threshold=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(urls: Urls) -> AsyncIterator[Database]:
    async with opened(urls.app) as database:
        yield database


@pytest.fixture
async def me(database: Database) -> Principal:
    return await account(database, "me@example.org")


async def account(database: Database, email: str) -> Principal:
    (made,) = await database.acting_as(EmailClaim(email)).run(ADD_ACCOUNT)
    return Principal(made)


@pytest.fixture(params=["direct", "pooled"])
def wire(request: pytest.FixtureRequest, server: Server) -> Iterator[Wire]:
    """A counting proxy, to the server or to the pooler in front of it."""
    port = server.port if request.param == "direct" else request.getfixturevalue("pooler")
    with wire_to(port) as wire:
        yield wire


async def test_a_unit_of_work_costs_one_turn(wire: Wire, urls: Urls, me: Principal) -> None:
    """Also when its statement has been prepared on the server, and commit included."""
    async with opened(through(urls.app, wire.port)) as database:
        session = database.acting_as(me)
        turns = []
        for _ in range(6):
            units: list[Coroutine[None, None, object]] = [
                session.run(ADD, agent="a"),
                session.run(AGENTS),
                session.run(RENAME, agent="b"),
                session.run(CLEAR),
            ]
            for unit in units:
                before = wire.turns
                await unit
                turns.append(wire.turns - before)
    assert turns == [1] * 24


async def test_a_transaction_costs_a_turn_for_each_statement_and_its_commit(
    wire: Wire, urls: Urls, me: Principal
) -> None:
    async with opened(through(urls.app, wire.port)) as database:
        before = wire.turns
        async with database.acting_as(me).transaction() as transaction:
            await transaction.run(ADD, agent="a")
            await transaction.run(RENAME, agent="b")
        assert wire.turns - before == 3
        assert await database.acting_as(me).run(AGENTS) == ["b"]


async def add_two(session: Session[Principal], *agents: str) -> None:
    async with session.transaction() as transaction:
        for agent in agents:
            await transaction.run(ADD, agent=agent)


async def test_a_transaction_is_undone_as_a_whole(database: Database, me: Principal) -> None:
    session = database.acting_as(me)
    with pytest.raises(psycopg.errors.CheckViolation):
        await add_two(session, "a", "x" * 201)
    assert await session.run(AGENTS) == []


async def test_a_statement_that_fails_leaves_the_connection_good(database: Database, me: Principal) -> None:
    session = database.acting_as(me)
    for _ in range(4):
        with pytest.raises(psycopg.errors.CheckViolation):
            await session.run(ADD, agent="x" * 201)
    assert await session.run(AGENTS) == []


async def test_a_value_that_cannot_be_written_leaves_the_connection_good(
    database: Database, me: Principal
) -> None:
    """It is refused before anything is sent, the BEGIN that goes before it included."""
    session = database.acting_as(me)
    with pytest.raises(psycopg.DataError, match="NUL"):
        await session.run(ADD, agent="a\x00b")
    async with database.connection() as connection:
        process = connection.info.backend_pid
    await session.run(ADD, agent="good")
    async with database.connection() as connection:
        assert connection.info.backend_pid == process


async def test_a_commit_that_fails_is_an_error(
    database: Database, me: Principal, server: Server, urls: Urls
) -> None:
    name = name_of(urls)
    with psycopg.connect(server.superuser_url(name)) as connection:
        connection.execute(
            "create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$"
        )
        connection.execute(
            "create constraint trigger late after insert on sessions deferrable initially deferred "
            "for each row execute function refuse()"
        )
    session = database.acting_as(me)
    for _ in range(2):
        with pytest.raises(psycopg.errors.RaiseException, match="not today"):
            await session.run(ADD, agent="a")
        assert await session.run(AGENTS) == []


async def test_askers_share_a_connection_and_nothing_else(database: Database, me: Principal) -> None:
    somebody = await account(database, "somebody@example.org")
    for _ in range(3):
        await database.acting_as(me).run(ADD, agent="mine")
        assert await database.acting_as(somebody).run(AGENTS) == []
        await database.acting_as(somebody).run(RENAME, agent="stolen")
    assert await database.acting_as(me).run(AGENTS) == ["mine"] * 3


async def test_a_transaction_that_goes_on_as_another_asker_reaches_nothing_of_the_first(
    database: Database, me: Principal
) -> None:
    """Row security alone sees to it: what looks has no owner criterion."""
    look = "select (select count(*) from sessions), current_setting('app.user_id', true)"
    async with database.acting_as(me).transaction() as mine:
        await mine.run(ADD, agent="mine")
        connection = mine._connection  # noqa: SLF001 -- the session's own statements would not look
        theirs = mine.as_asker(EmailClaim("somebody@example.org"))
        (somebody,) = await theirs.run(ADD_ACCOUNT)
        assert await (await connection.execute(look)).fetchone() == (0, "")
        await theirs.as_asker(Principal(somebody)).run(ADD, agent="theirs")
        assert await (await connection.execute(look)).fetchone() == (1, str(somebody))
    assert await database.acting_as(me).run(AGENTS) == ["mine"]
    assert await database.acting_as(Principal(somebody)).run(AGENTS) == ["theirs"]


def end_connections(server: Server, urls: Urls) -> None:
    """What Neon does when it puts an idle compute to sleep."""
    name = name_of(urls)
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where usename = 'app_user' and datname = %s",
            [name],
        )


async def test_connections_that_the_server_closed_while_idle_are_replaced(
    urls: Urls, server: Server, me: Principal
) -> None:
    async with opened(urls.app, connections=3) as database:
        session = database.acting_as(me)
        await asyncio.gather(*(session.run(AGENTS) for _ in range(3)))
        end_connections(server, urls)
        await session.run(ADD, agent="a")
        assert await session.run(AGENTS) == ["a"]


async def test_a_database_that_is_back_from_an_outage_is_found_soon(
    urls: Urls, server: Server, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool tries after one second, then two more, then four: nobody is to wait for that."""
    monkeypatch.setattr("app.core.database.RECONNECT_SECONDS", 0.5, raising=False)
    monkeypatch.setattr("app.core.database.WAIT_SECONDS", 1.0)
    limit = f'alter database "{name_of(urls)}" connection limit'
    async with opened(through(urls.app, server.port)) as database:
        with psycopg.connect(server.superuser_url(), autocommit=True) as operator:
            operator.execute(f"{limit} 0")
            end_connections(server, urls)
            for _ in range(2):
                with pytest.raises(PoolTimeout):
                    await database.acting_as(me).run(AGENTS)
            operator.execute(f"{limit} -1")
        assert await database.acting_as(me).run(AGENTS) == []


async def test_a_read_is_tried_once_more_when_its_connection_is_lost(
    urls: Urls, me: Principal, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost after it was looked at. A write is not repeated, since it may have been done."""
    monkeypatch.setattr("app.core.database._closed_while_idle", lambda _: False)
    async with opened(through(urls.app, server.port)) as database:
        session = database.acting_as(me)
        end_connections(server, urls)
        assert await session.run(AGENTS) == []
        end_connections(server, urls)
        with pytest.raises(psycopg.OperationalError):
            await session.run(ADD, agent="a")
        assert await session.run(AGENTS) == []


@pytest.mark.parametrize("way", ["direct", "pooled"])
async def test_a_read_whose_backend_is_killed_under_way_is_tried_once_more(
    urls: Urls, me: Principal, server: Server, request: pytest.FixtureRequest, way: str
) -> None:
    """57P01 from the server, class 08 from the pooler in front of it."""
    port = server.port if way == "direct" else request.getfixturevalue("pooler")
    async with opened(through(urls.app, port)) as database:
        session = database.acting_as(me)
        await session.run(ADD, agent="a")
        with psycopg.connect(server.superuser_url(name_of(urls))) as blocker:
            blocker.execute("lock table sessions")
            read = asyncio.create_task(session.run(AGENTS))
            await until_one_waits(blocker)
            await asyncio.to_thread(end_connections, server, urls)
        assert await read == ["a"]


async def until_one_waits(blocker: psycopg.Connection) -> None:
    query = "select count(*) from pg_locks where not granted and relation = 'sessions'::regclass"
    while blocker.execute(query).fetchone() == (0,):  # noqa: ASYNC110 -- another process's state
        await asyncio.sleep(0.01)


async def interrupted_once(work: Work) -> None:
    """As we do it where a request takes too long."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await work


async def interrupted_all_over_again(work: Work) -> None:
    """As Starlette does it where the client of a stream has left: clean-up is interrupted, too."""
    with anyio.move_on_after(0.2) as scope:
        await work
    assert scope.cancelled_caught


@pytest.mark.parametrize("interrupted", [interrupted_once, interrupted_all_over_again])
async def test_work_that_is_given_up_keeps_its_connection(
    database: Database, me: Principal, urls: Urls, server: Server, interrupted: Callable[[Work], Work]
) -> None:
    session = database.acting_as(me)
    await session.run(ADD, agent="a")
    process = await backend_of(database)
    works: list[Callable[[], Work]] = [
        lambda: session.run(AGENTS),
        lambda: session.run(RENAME, agent="b"),
        lambda: add_two(session, "c", "d"),
    ]
    for work in works:
        with psycopg.connect(server.superuser_url(name_of(urls))) as blocker:
            blocker.execute("lock table sessions")
            await interrupted(work())
        assert await session.run(AGENTS) == ["a"]
        assert await backend_of(database) == process


async def test_who_gives_up_while_the_connection_is_lost_does_not_try_again(
    database: Database, me: Principal, urls: Urls, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(connection: Connection, **_: float) -> None:
        connection.pgconn.finish()

    monkeypatch.setattr("app.core.pipeline.Connection.cancel_safe", lose)
    session = database.acting_as(me)
    with psycopg.connect(server.superuser_url(name_of(urls))) as blocker:
        blocker.execute("lock table sessions")
        read = asyncio.create_task(session.run(AGENTS))
        await until_one_waits(blocker)
        read.cancel()
        await asyncio.wait([read], timeout=5)
        assert read.cancelled()
    assert await session.run(AGENTS) == []


async def backend_of(database: Database) -> int:
    async with database.connection() as connection:
        return connection.info.backend_pid
