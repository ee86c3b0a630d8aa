"""
[Task]: T-084
[From]: speckit.specify §4.7, speckit.plan §4.6, §6.3
[Description]: The live streams of this process, and what wakes them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Protocol, cast
from uuid import UUID

from fastapi import Depends, Request

from app.core.problems import TOO_MANY_REQUESTS, ProblemError
from app.core.runtime import Caller

STREAMS_PER_OWNER = 3
RETRY_SECONDS = 15


class Places(Protocol):
    """Whoever knows the streams of all processes."""

    async def take(self, owner: UUID, places: list[int]) -> int | None:
        """Take one of these places of an owner, which this process does not hold; None if none is free."""

    def give_back(self, owner: UUID, place: int) -> None:
        """Give a place back."""


class Stream:
    """One client that listens. It is woken, and then looks for itself what is new: so nothing queues up."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self.stopped = False

    def wake(self) -> None:
        """Let the stream look for what is new."""
        self._woken.set()

    def stop(self) -> None:
        """Let the stream end."""
        self.stopped = True
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Wait to be woken, at most so long; tell whether it was."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Streams:
    """All streams of the process."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._streams: defaultdict[UUID, dict[int, Stream]] = defaultdict(dict)
        self._taking = asyncio.Lock()
        self._stopped = False

    @asynccontextmanager
    async def join(self, owner: UUID) -> AsyncIterator[Stream]:
        """Begin a stream of an owner, who has at most three, whichever instances serve them.

        Raises:
            ProblemError: There are three.
        """
        stream = Stream()
        async with self._taking:
            free = [place for place in range(STREAMS_PER_OWNER) if place not in self._streams.get(owner, ())]
            taken = await self._places.take(owner, free) if free else None
            if taken is None:
                raise ProblemError(TOO_MANY_REQUESTS, {"Retry-After": str(RETRY_SECONDS)})
            self._streams[owner][taken] = stream
        if self._stopped:
            stream.stop()
        try:
            yield stream
        finally:
            del self._streams[owner][taken]
            if not self._streams[owner]:
                del self._streams[owner]
            self._places.give_back(owner, taken)

    def held(self) -> list[tuple[UUID, int]]:
        """Give the owner and the place of every stream."""
        return [(owner, place) for owner, streams in self._streams.items() for place in streams]

    def wake(self, owner: UUID) -> None:
        """Wake the streams of an owner."""
        for stream in self._streams.get(owner, {}).values():
            stream.wake()

    def wake_all(self) -> None:
        """Wake every stream: something may have been missed."""
        for owner in self._streams:
            self.wake(owner)

    def stop(self) -> None:
        """End every stream, and each that comes from now on."""
        self._stopped = True
        for streams in self._streams.values():
            for stream in streams.values():
                stream.stop()


async def join_streams(request: Request, caller: Caller) -> AsyncIterator[Stream]:
    """Begin a stream of the caller; it ends with the request."""
    streams = cast("Streams", request.app.state.streams)
    async with streams.join(caller.user_id) as stream:
        yield stream


CallerStream = Annotated[Stream, Depends(join_streams)]
