"""
[Task]: T-002, T-004, T-005, T-105
[From]: speckit.specify §2.5, §5.3, speckit.plan §1.2, §1.3, §2.2, §2.6, §2.7, §4.5, data-model §1.4
[Description]: The one door to the database: units of work bound to an asker, one round trip each.
"""

from __future__ import annotations

import select
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

from psycopg import AsyncRawCursor, OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.core.asker import Asker, Principal
from app.core.isolation import IsolationError
from app.core.pipeline import Connection, Message
from app.core.statement import A, R

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from app.core.statement import Statement

B = TypeVar("B", bound=Asker)

OPEN_SECONDS = 10.0
WAIT_SECONDS = 5.0
# The pool waits longer with each try, here up to four seconds, and nobody else may try meanwhile. Once it has
# given up, the next request does. Before that the pool must be open.
RECONNECT_SECONDS = OPEN_SECONDS


BEGIN = Message("begin")
COMMIT = Message("commit")
MARK = Message("savepoint work")
UNDO = Message("rollback to savepoint work")


class Database:
    """A pool of connections. It runs nothing by itself: `acting_as` gives the session that does."""

    def __init__(self, url: str, *, max_connections: int, prepare_threshold: int | None) -> None:
        """Describe the pool; `open` opens it.

        Args:
            url: Connection string, direct or of a pooler in transaction mode.
            max_connections: Most connections of this process.
            prepare_threshold: After how many uses a statement is prepared on the server; None for never, as a
                pooler needs it that cannot track prepared statements.
        """
        self._pool = AsyncConnectionPool(
            url,
            connection_class=Connection,
            min_size=1,
            max_size=max_connections,
            timeout=WAIT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
            kwargs={
                "autocommit": True,
                "cursor_factory": AsyncRawCursor,
                "prepare_threshold": prepare_threshold,
            },
        )

    async def open(self) -> None:
        """Open the pool and wait for its first connection.

        Raises:
            PoolTimeout: The database cannot be reached.
        """
        await self._pool.open(wait=True, timeout=OPEN_SECONDS)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    def acting_as(self, asker: A) -> Session[A]:
        """Give the session of one asker. It holds no connection while nothing runs."""
        return Session(self, asker)

    def serving(self, caller: Principal) -> Session[Principal]:
        """Give the session of a request's principal: what it runs is refused once the account is gone."""
        return Session(self, caller, Message("select act_as($1)", caller.claim))

    async def ping(self) -> None:
        """Make a round trip.

        Raises:
            OperationalError: The database cannot be reached.
        """
        async with self.connection() as connection:
            await connection.execute("select 1", prepare=False)  # preparing costs a turn of its own

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; a transaction that is left open is rolled back.

        One that the server closed while it was idle is replaced. Looking at the socket costs no round trip.

        Raises:
            PoolTimeout: None became free, or the database cannot be reached.
        """
        connection = await self._pool.getconn()
        while _closed_while_idle(connection):
            await connection.close()
            await self._pool.putconn(connection)
            connection = await self._pool.getconn()
        try:
            yield connection
        finally:
            await self._pool.putconn(connection)


class Session(Generic[A]):
    """What one asker may do. Every unit of work carries the asker's settings, local to its transaction."""

    def __init__(self, database: Database, asker: A, settings: Message | None = None) -> None:
        """Bind a session to an asker.

        Args:
            database: Where it runs.
            asker: Whose it is.
            settings: What makes the asker's settings, if it is to do more than that.

        Raises:
            IsolationError: There is no asker.
        """
        if not isinstance(asker, Asker):
            raise IsolationError("A session needs an asker: take it from the request's principal or claim.")
        self._database = database
        self._asker = asker
        self._settings = settings or _settings(asker)

    @property
    def asker(self) -> A:
        """Whose session it is."""
        return self._asker

    async def run(self, statement: Statement[A, R], /, **parameters: object) -> list[R]:
        """Run one statement as a unit of work, committed, in one round trip.

        A unit that writes nothing is tried once more when its connection turns out to be lost.

        Returns:
            The rows.
        """
        arguments = statement.arguments(self._asker, parameters)
        try:
            return await self._unit(statement, arguments)
        except OperationalError as error:
            if statement.writes or not _lost(error):
                raise
            return await self._unit(statement, arguments)

    async def first(self, statement: Statement[A, R], /, **parameters: object) -> R | None:
        """Run one statement as `run` does; give its first row, if there is one."""
        rows = await self.run(statement, **parameters)
        return rows[0] if rows else None

    def joining(self, transaction: Transaction[A]) -> JoinedSession[A]:
        """Give a session of the same asker inside a transaction that this one began."""
        return JoinedSession(self._database, self._asker, transaction)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction[A]]:
        """Run several statements as one unit of work: a round trip for each, and one for the commit."""
        async with self._database.connection() as connection:
            transaction = Transaction(connection, self._asker, self._settings)
            try:
                yield transaction
                await connection.commit()
            except BaseException:
                await connection.undo()
                raise

    async def _unit(self, statement: Statement[A, R], arguments: list[object]) -> list[R]:
        # Up to the Sync a pipeline is one transaction, so a read needs no BEGIN. A write has its COMMIT as a
        # statement of its own: a commit that fails at the Sync would leave libpq's pipeline broken.
        before, after = ((BEGIN, self._settings), (COMMIT,)) if statement.writes else ((self._settings,), ())
        async with self._database.connection() as connection:
            try:
                return await _send(connection, before, statement, arguments, after)
            except BaseException:
                await connection.undo()
                raise


class Transaction(Generic[A]):
    """An open unit of work. The first statement takes BEGIN and the asker's settings along."""

    def __init__(self, connection: Connection, asker: A, settings: Message) -> None:
        self._connection = connection
        self._asker = asker
        self._before: tuple[Message, ...] = (BEGIN, settings)

    async def run(self, statement: Statement[A, R], /, **parameters: object) -> list[R]:
        """Run one statement.

        Returns:
            The rows.
        """
        before, self._before = self._before, ()
        return await _send(
            self._connection, before, statement, statement.arguments(self._asker, parameters), ()
        )

    def ahead(self, statement: Statement[A, R], /, **parameters: object) -> None:
        """Have one statement run before the next one, with which it travels. Nobody reads its rows."""
        message = Message(statement.sql, statement.arguments(self._asker, parameters))
        self._before = (*self._before, message)

    def as_asker(self, asker: B) -> Transaction[B]:
        """Go on as another asker, whose settings travel with the next statement; those of this one end."""
        following = Transaction(self._connection, asker, _settings(asker))
        nobody = Message(_set_config(self._asker.settings), [""] * len(self._asker.settings))
        following._before = (*self._before, nobody, _settings(asker))
        return following

    def mark(self) -> None:
        """Let `undo` come back to here. It travels with the next statement."""
        self._before = (*self._before, MARK)

    def undo(self) -> None:
        """Undo what was done since `mark`, also where a statement has failed. It travels likewise."""
        self._before = () if MARK in self._before else (UNDO,)


class JoinedSession(Session[A]):
    """A session inside an open transaction: what it runs is done together with that, or not at all."""

    def __init__(self, database: Database, asker: A, transaction: Transaction[A]) -> None:
        """Bind to a transaction of the same asker."""
        super().__init__(database, asker)
        self._open = transaction

    async def run(self, statement: Statement[A, R], /, **parameters: object) -> list[R]:
        """Run one statement, in one round trip.

        Returns:
            The rows.
        """
        return await self._open.run(statement, **parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction[A]]:
        """Give the open transaction; whoever began it ends it."""
        yield self._open


async def _send(
    connection: Connection,
    before: Sequence[Message],
    statement: Statement[A, R],
    arguments: list[object],
    after: Sequence[Message],
) -> list[R]:
    """Send a statement and what goes with it in one network turn."""
    results = await connection.turn([*before, Message(statement.sql, arguments), *after])
    return statement.make_rows(connection.read(results[len(before)]))


def _settings(asker: Asker) -> Message:
    values = [value.hex() if isinstance(value, bytes) else str(value) for value in asker.claim]
    return Message(_set_config(asker.settings), values)


@cache
def _set_config(names: tuple[str, ...]) -> str:
    calls = (f"set_config('{name}', ${n}, true)" for n, name in enumerate(names, start=1))
    return f"select {', '.join(calls)}"


def _closed_while_idle(connection: Connection) -> bool:
    """Tell whether the server has spoken on an idle connection: a good one is silent, a lost one is not."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _lost(error: OperationalError) -> bool:
    """Tell a lost connection (no SQLSTATE, class 08, 57P0x shutdown) from a statement that failed."""
    state = error.sqlstate
    return not isinstance(error, PoolTimeout) and (state is None or state.startswith(("08", "57P0")))
