"""
[Task]: T-002
[From]: speckit.specify §5.3, speckit.plan §2.6
[Description]: A connection that sends several statements in one network turn, on libpq's own pipeline.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from psycopg import AsyncConnection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.rows import TupleRow, tuple_row
from psycopg.types.json import set_json_loads
from pydantic_core import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn, PGresult
    from psycopg.rows import AsyncRowFactory

R = TypeVar("R")


class Message(NamedTuple):
    """One statement on the wire, with its arguments."""

    sql: str
    arguments: Sequence[object] = ()


class _Shape(NamedTuple):
    """What is prepared as one: with arguments of other types, the same SQL is another statement."""

    sql: str
    types: tuple[int, ...]


class _Command(NamedTuple):
    """What goes into libpq's pipeline: a preparation, or the statement of a message."""

    send: Callable[[], None]
    prepares: tuple[_Shape, bytes] | None = None


class Connection(AsyncConnection[TupleRow]):
    """Does what psycopg's `pipeline()` does, for a third of its processor time.

    That has a cursor for each statement and a queue for what becomes of it. A unit of work knows beforehand
    what it sends, so all goes out at once, and the answers are read to their end.
    """

    def __init__(self, pgconn: PGconn, row_factory: AsyncRowFactory[TupleRow] = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        set_json_loads(from_json, self)
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
            commands = [command for message in messages for command in self._commands(message)]
            answered = await self.wait(_exchange(self.pgconn, commands))
        results = []
        for command, result in zip(commands, answered, strict=True):
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, self.info.encoding)
            if command.prepares:
                shape, name = command.prepares
                self._prepared_as[shape] = name
            else:
                results.append(result)
        return results

    def read(self, result: PGresult, make_row: Callable[[Sequence[Any]], R]) -> list[R]:
        """Make the rows of a result."""
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, make_row)

    def _commands(self, message: Message) -> Iterator[_Command]:
        sql, arguments = message
        values = self._adapter.dump_sequence(arguments, [PyFormat.AUTO] * len(arguments))
        types, formats = tuple(self._adapter.types or ()), self._adapter.formats
        shape = _Shape(sql, types)
        name = self._prepared_as.get(shape)
        if name is None and self._is_due(shape):
            name = f"app_{next(self._numbers)}".encode()
            yield _Command(partial(self.pgconn.send_prepare, name, sql.encode(), types), (shape, name))
        if name is None:
            send_now = partial(
                self.pgconn.send_query_params, sql.encode(), values, types, formats, Format.BINARY
            )
        else:
            send_now = partial(self.pgconn.send_query_prepared, name, values, formats, Format.BINARY)
        yield _Command(send_now)

    def _is_due(self, shape: _Shape) -> bool:
        """Count a use of what is not prepared; tell whether it is to be prepared now."""
        threshold = self.prepare_threshold
        if threshold is None:
            return False
        self._uses[shape] = uses = self._uses.get(shape, 0) + 1
        return uses > threshold


def _exchange(pgconn: PGconn, commands: Sequence[_Command]) -> PQGen[list[PGresult]]:
    """Send commands and a Sync, and receive the result of each.

    Also when the one who waits gives up, psycopg has this run to its end: nothing is left in the pipe.
    """
    pgconn.enter_pipeline_mode()
    try:
        for command in commands:
            command.send()
        pgconn.pipeline_sync()
        yield from send(pgconn)
        results = []
        while (answer := (yield from fetch_many(pgconn)))[0].status != ExecStatus.PIPELINE_SYNC:
            results.append(answer[0])
        return results
    finally:
        if pgconn.status != ConnStatus.BAD:
            pgconn.exit_pipeline_mode()
