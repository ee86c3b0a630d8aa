"""
[Task]: T-084
[From]: speckit.specify §4.7, speckit.plan §4.6, §6.3
[Description]: The live streams of this process, and what wakes them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request

from app.core.runtime import Caller, CallerSession
from app.notifications import places


class Stream:
    """One client that listens. It is woken, and then looks for itself what is new: so nothing queues up."""

    def __init__(self, stream_id: UUID) -> None:
        self.id = stream_id
        """What holds its place."""
        self.stopped = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Let the stream look for what is new."""
        self._woken.set()

    def stop(self) -> None:
        """Let the stream end."""
        self.stopped = True
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Wait to be woken, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()


class Streams:
    """All streams of the process."""

    def __init__(self) -> None:
        self.present = asyncio.Event()
        """Set while there is any."""
        self._streams: defaultdict[UUID, set[Stream]] = defaultdict(set)
        self._stopped = False

    @contextmanager
    def joined(self, owner: UUID, stream: Stream) -> Iterator[None]:
        """Have a stream among those of an owner."""
        self._streams[owner].add(stream)
        self.present.set()
        if self._stopped:
            stream.stop()
        try:
            yield
        finally:
            self._streams[owner].remove(stream)
            if not self._streams[owner]:
                del self._streams[owner]
            if not self._streams:
                self.present.clear()

    def wake(self, owner: UUID) -> None:
        """Wake the streams of an owner."""
        for stream in self._streams.get(owner, ()):
            stream.wake()

    def wake_all(self) -> None:
        """Wake every stream: something may have been missed."""
        for owner in self._streams:
            self.wake(owner)

    def stop(self) -> None:
        """End every stream, and each that comes from now on."""
        self._stopped = True
        for streams in self._streams.values():
            for stream in streams:
                stream.stop()


async def join_streams(request: Request, caller: Caller, session: CallerSession) -> AsyncIterator[Stream]:
    """Begin a stream of the caller, which ends with the request; see `places`."""
    streams = cast("Streams", request.app.state.streams)
    async with places.taken(session) as stream_id:
        stream = Stream(stream_id)
        with streams.joined(caller.user_id, stream):
            yield stream


CallerStream = Annotated[Stream, Depends(join_streams)]
