"""
[Task]: T-002
[From]: speckit.specify §5.3, speckit.plan §2.6
[Description]: A connection that sends several statements in one network turn, on libpq's own pipeline.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from anyio import CancelScope
from psycopg import AsyncConnection, Error
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.rows import TupleRow, tuple_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg.waiting import wait_async
from pydantic_core import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg.abc import Buffer, PQGen
    from psycopg.pq.abc import PGconn, PGresult
    from psycopg.rows import AsyncRowFactory

T = TypeVar("T")

INTERVAL = 0.1
"""Seconds between two looks at the connection, as psycopg has it."""


class Message(NamedTuple):
    """One statement on the wire, with its arguments."""

    sql: str
    arguments: Sequence[object] = ()


class _Shape(NamedTuple):
    """What is prepared as one: with arguments of other types, the same SQL is another statement."""

    sql: str
    types: tuple[int, ...]


class _Written(NamedTuple):
    """A message whose arguments are written: what cannot be is refused before anything is sent."""

    shape: _Shape
    values: Sequence[Buffer | None]
    formats: Sequence[Format] | None


class _Preparation(NamedTuple):
    """A statement that is being prepared, and under which name."""

    shape: _Shape
    name: bytes


class Connection(AsyncConnection[TupleRow]):
    """Does what psycopg's `pipeline()` does, for a third of its processor time.

    That has a cursor for each statement and a queue for what becomes of it. A unit of work knows beforehand
    what it sends, so all goes out at once, and the answers are read to their end.
    """

    def __init__(self, pgconn: PGconn, row_factory: AsyncRowFactory[TupleRow] = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        set_json_loads(from_json, self)
        set_json_dumps(to_json, self)
        self._adapter = Transformer(self)
        self._numbers = count()
        self._uses: dict[_Shape, int] = {}
        self._prepared_as: dict[_Shape, bytes] = {}

    async def turn(self, messages: Sequence[Message]) -> list[PGresult]:
        """Send messages in one network turn. Up to its end they are one transaction.

        Returns:
            The result of each.

        Raises:
            Error: One failed; those after it were not done.
        """
        async with self.lock:
            written = [self._written(message) for message in messages]
            answered = await self.wait(self._exchange(written))
        results = []
        for preparation, result in answered:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, self.info.encoding)
            if preparation:
                self._prepared_as[preparation.shape] = preparation.name
            else:
                results.append(result)
        return results

    async def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:  # noqa: ASYNC109 -- psycopg's signature
        """Wait as psycopg does, and give up as it does, but undisturbed.

        It cancels the statement at the server, and reads to its end. A scope of anyio's, as Starlette has
        for the client of a stream, would interrupt that as well, and psycopg close the connection.
        """
        try:
            return await wait_async(gen, self.pgconn.socket, interval, timeout)
        except asyncio.CancelledError:
            with CancelScope(shield=True), suppress(TimeoutError, Error):
                async with asyncio.timeout(0):
                    await super().wait(gen, interval)
            raise

    async def undo(self) -> None:
        """Roll back, also for one who has given up. Nothing is to be undone where the connection is lost."""
        with CancelScope(shield=True), suppress(Error):
            await self.rollback()

    def read(self, result: PGresult) -> list[tuple[Any, ...]]:
        """Read the rows of a result."""
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, tuple)

    def _written(self, message: Message) -> _Written:
        sql, arguments = message
        values = self._adapter.dump_sequence(arguments, [PyFormat.AUTO] * len(arguments))
        return _Written(_Shape(sql, tuple(self._adapter.types or ())), values, self._adapter.formats)

    def _exchange(self, messages: Sequence[_Written]) -> PQGen[list[tuple[_Preparation | None, PGresult]]]:
        """Send messages and a Sync, and receive the result of each, and of each preparation.

        Also when the one who waits gives up, psycopg has this run to its end: nothing is left in the pipe.
        """
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        try:
            sent = [each for message in messages for each in self._send(message)]
            pgconn.pipeline_sync()
            yield from send(pgconn)
            results = []
            while (answer := (yield from fetch_many(pgconn)))[0].status != ExecStatus.PIPELINE_SYNC:
                results.append(answer[0])
            return list(zip(sent, results, strict=True))
        finally:
            if pgconn.status != ConnStatus.BAD:
                pgconn.exit_pipeline_mode()

    def _send(self, message: _Written) -> tuple[_Preparation | None, ...]:
        """Put a message into libpq's pipeline, after its preparation if that is due.

        Returns:
            What goes out: a preparation, or None for the message itself.
        """
        shape, values, formats = message
        sent: tuple[_Preparation | None, ...] = (None,)
        name = self._prepared_as.get(shape)
        if name is None and self._is_due(shape):
            name = f"app_{next(self._numbers)}".encode()
            self.pgconn.send_prepare(name, shape.sql.encode(), shape.types)
            sent = _Preparation(shape, name), None
        if name is None:
            self.pgconn.send_query_params(shape.sql.encode(), values, shape.types, formats, Format.BINARY)
        else:
            self.pgconn.send_query_prepared(name, values, formats, Format.BINARY)
        return sent

    def _is_due(self, shape: _Shape) -> bool:
        """Count a use of what is not prepared; tell whether it is to be prepared now."""
        threshold = self.prepare_threshold
        if threshold is None:
            return False
        self._uses[shape] = uses = self._uses.get(shape, 0) + 1
        return uses > threshold
