"""
[Task]: T-084
[From]: speckit.specify §4.7, speckit.plan §2.7, §4.6
[Description]: One connection for the process: it hears who has something new, and holds its streams' places.
"""

import asyncio
import logging
from collections import deque
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, OperationalError

from app.notifications.streams import Streams

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
# A connection that died unseen is noticed within a minute.
PARAMETERS: dict[str, Any] = {
    "application_name": "listener",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}

# Places are locks of the session: whatever happens to the process, the server gives them back. The planner
# cannot reorder this: there is nothing to sort by, and the filter runs until one lock is had.
TAKE = """
select place from unnest(%s::int[]) as place
where pg_try_advisory_lock(hashtextextended('stream ' || %s::uuid, place)) limit 1
"""
GIVE_BACK = "select pg_advisory_unlock(hashtextextended('stream ' || %s::uuid, %s::int))"


class Asked(NamedTuple):
    """A place that is wanted, or given back where no answer is."""

    owner: UUID
    places: list[int]
    answer: asyncio.Future[int | None] | None


class Listener:
    """Listens on a direct connection while there are streams; behind a pooler it polls.

    A pooler in transaction mode passes no notifications on, and a lock there would be anybody's: then every
    stream looks once a second by itself, and places are counted by the process alone.
    """

    def __init__(self, url: str, *, direct: bool) -> None:
        """Say where to listen.

        Args:
            url: Connection string.
            direct: Whether it is known to lead straight to the server; else that is found out.
        """
        self._url = url
        self.streams = Streams(self)
        self._direct = direct
        self._polling = False
        self._asked: deque[Asked] = deque()
        self._stirred = asyncio.Event()

    async def take(self, owner: UUID, places: list[int]) -> int | None:
        """Take a place among all processes; see `Places`."""
        if self._polling:
            return places[0]
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._ask(Asked(owner, places, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            if answer.done() and not answer.cancelled() and (taken := answer.result()) is not None:
                self.give_back(owner, taken)
            raise

    def give_back(self, owner: UUID, place: int) -> None:
        """Give a place back; see `Places`."""
        if not self._polling:
            self._ask(Asked(owner, [place], None))

    def _ask(self, asked: Asked) -> None:
        self._asked.append(asked)
        self._stirred.set()

    async def run(self) -> None:
        """Serve until cancelled. It connects when there is a first stream, and anew when it must."""
        while not self._polling:
            if not self._asked and not self.streams.held():
                self._stirred.clear()
            await self._stirred.wait()
            try:
                async with await AsyncConnection.connect(
                    self._url, autocommit=True, prepare_threshold=None, **PARAMETERS
                ) as connection:
                    if self._direct or await _is_direct(connection):
                        await self._listen(connection)
                    self._polling = True
            except OperationalError as error:
                logger.warning("the connection that listens was lost: %s", type(error).__name__)
            self._answer_alone()
            if not self._polling:
                await asyncio.sleep(RECONNECT_SECONDS)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            self.streams.wake_all()

    async def _listen(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute("listen notifications")
        for owner, place in self.streams.held():
            await connection.execute(TAKE, [[place], owner])
        self.streams.wake_all()
        loop = asyncio.get_running_loop()
        while True:
            while self._asked:
                await self._serve(connection, self._asked.popleft())
            async for heard in connection.notifies(timeout=0):
                self.streams.wake(UUID(heard.payload.partition(" ")[0]))
            if self._asked:
                continue
            # The connection is idle, so nobody else watches its socket.
            self._stirred.clear()
            loop.add_reader(connection.fileno(), self._stirred.set)
            try:
                await self._stirred.wait()
            finally:
                loop.remove_reader(connection.fileno())

    async def _serve(self, connection: AsyncConnection[Any], asked: Asked) -> None:
        if asked.answer is None:
            await connection.execute(GIVE_BACK, [asked.owner, asked.places[0]])
            return
        rows = await (await connection.execute(TAKE, [asked.places, asked.owner])).fetchall()
        if not asked.answer.cancelled():
            asked.answer.set_result(rows[0][0] if rows else None)
        elif rows:
            await connection.execute(GIVE_BACK, [asked.owner, rows[0][0]])

    def _answer_alone(self) -> None:
        """Answer from what this process knows: to be cut off from the others is no reason to serve nobody."""
        while self._asked:
            asked = self._asked.popleft()
            if asked.answer is not None and not asked.answer.done():
                asked.answer.set_result(asked.places[0])


async def _is_direct(connection: AsyncConnection[Any]) -> bool:
    """Tell whether this is the server itself: a pooler makes up the process id it tells at connecting."""
    ((pid,),) = await (await connection.execute("select pg_backend_pid()")).fetchall()
    return bool(pid == connection.info.backend_pid)
