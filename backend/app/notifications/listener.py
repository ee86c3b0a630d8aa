"""
[Task]: T-084
[From]: speckit.specify §4.7, speckit.plan §2.7, §4.6
[Description]: One connection for the process, on which it hears who has something new.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any
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


class Listener:
    """Listens on a direct connection while there are streams; behind a pooler it polls.

    A pooler in transaction mode passes no notifications on: then every stream looks once a second by itself.
    """

    def __init__(self, url: str, *, direct: bool) -> None:
        """Say where to listen.

        Args:
            url: Connection string.
            direct: Whether it is known to lead straight to the server; else that is found out.
        """
        self._url = url
        self._direct = direct
        self.streams = Streams()

    async def run(self) -> None:
        """Serve until cancelled. It connects when there is a first stream, and anew when it must."""
        while True:
            await self.streams.present.wait()
            if not await self._may_listen():
                break
            await asyncio.sleep(RECONNECT_SECONDS)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            self.streams.wake_all()

    async def _may_listen(self) -> bool:
        """Listen until the connection is lost; tell whether one may listen at all."""
        try:
            async with await AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=None, **PARAMETERS
            ) as connection:
                if not self._direct and not await _is_direct(connection):
                    return False
                await self._listen(connection)
        except OperationalError as error:
            logger.warning("the connection that listens was lost: %s", type(error).__name__)
        return True

    async def _listen(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute("listen notifications")
        self.streams.wake_all()
        async for heard in connection.notifies():
            with suppress(ValueError):  # whoever may connect may say anything here
                self.streams.wake(UUID(heard.payload.partition(" ")[0]))


async def _is_direct(connection: AsyncConnection[Any]) -> bool:
    """Tell whether this is the server itself: a pooler makes up the process id it tells at connecting."""
    ((pid,),) = await (await connection.execute("select pg_backend_pid()")).fetchall()
    return bool(pid == connection.info.backend_pid)
