"""
[Task]: T-106
[From]: speckit.specify §2.1, §2.6, speckit.plan §6.3
[Description]: Work that nobody waits for: begun with the answer, finished before the process ends.
"""

import asyncio
import logging
from collections.abc import Coroutine

logger = logging.getLogger(__name__)

MOST = 1000


class Background:
    """Runs work beside the requests.

    What depends on whether an address is known happens here, so that no answer, and no further request on the
    same connection, tells by its time. It is lost with the process: whoever waits for a mail asks again.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Begin some work; what is too much is dropped, and the log says so."""
        if len(self._tasks) >= MOST:
            work.close()
            logger.error("background work was dropped: %s pieces are waiting", MOST)
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Wait until all that was begun has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("background work failed: %s", type(error).__name__)
