"""
[Task]: T-006, T-084
[From]: speckit.specify §4.7, §6.7, speckit.plan §4.6, §4.8
[Description]: One live stream: what it sends, in order, each once, and when it ends.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.core.asker import Principal
from app.core.database import Session
from app.core.examples import example_of
from app.core.head import HEAD_ALONE
from app.core.outages import OUTAGES
from app.notifications import places, repository
from app.notifications.cursor import Position, write_cursor
from app.notifications.schemas import Notification
from app.notifications.service import position_at
from app.notifications.streams import Stream

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
PATIENCE_SECONDS = 30.0
BATCH = 50


class LiveResponse(StreamingResponse):
    """Server-sent events, for as long as the client takes them.

    FastAPI's EventSourceResponse would document another media type object than the contract's, and would wait
    for ever for a client that does not read; what it writes with is used here.
    """

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, content: AsyncIterator[bytes]) -> None:
        """Take what the stream sends; no proxy is to hold any of it back."""
        super().__init__(content, headers={"X-Accel-Buffering": "no"})
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; where the head is all that goes out, nothing is read for a body."""
        if HEAD_ALONE in scope:
            self.body_iterator = _nothing()
        await super().__call__(scope, receive, send)

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Let the stream end by itself when its client leaves, soon; cancelled it is only if it does not.

        Who cancels a statement needs another connection for that.
        """
        await super().listen_for_disconnect(receive)
        self._stream.stop()
        await asyncio.sleep(PATIENCE_SECONDS)

    async def stream_response(self, send: Send) -> None:
        """Send as ever, but give up a client that does not read.

        Only one batch is ever held for it: the next is read when this one has been taken.
        """

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            logger.info("a live stream was ended: its client reads too slowly")


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield


async def begin(session: Session[Principal], last_event_id: str | None) -> Position:
    """Find where a stream begins: after the last event that the client has, else after the newest there is.

    An event's id tells its place by itself; to find the newest one costs a round trip.

    Raises:
        RequestValidationError: The id is no event's of ours.
    """
    if last_event_id is None:
        return await repository.newest(session)
    return position_at(last_event_id, "header", "Last-Event-ID")


async def events(
    stream: Stream, session: Session[Principal], position: Position, expires_at: float
) -> AsyncIterator[bytes]:
    """Write what comes after a position, until the token expires or the process ends.

    A client whose stream is cut by a lost database comes again, with its last event's id, or with the one
    that the stream began with: a browser keeps that, although it belongs to no event. A look costs one round
    trip, and a heartbeat another: the stream keeps its place, or ends where that is somebody else's by now.

    Args:
        stream: What wakes, and has the place.
        session: Of the owner.
        position: Of the last notification that is not to be sent.
        expires_at: Seconds since the epoch.
    """
    yield format_sse_event(comment="connected", id=write_cursor(position))
    beat = time.monotonic() + HEARTBEAT_SECONDS
    try:
        while not stream.stopped and (remaining := expires_at - time.time()) > 0:
            found = await repository.following(session, position, BATCH)
            for each in found:
                position = Position(each.created_at, each.id)
                if each.live:
                    yield _event(each, position)
                if time.monotonic() >= beat or time.time() >= expires_at:
                    break  # its client takes them slowly: the rest is for another look, if there is one
            if (quiet := beat - time.monotonic()) <= 0:
                if not await places.keep(session, stream.id):
                    return
                yield KEEPALIVE_COMMENT
                beat = time.monotonic() + HEARTBEAT_SECONDS
            elif not found:
                await stream.wait(min(quiet, remaining))
    except OUTAGES as error:
        logger.warning("a live stream was ended: %s", type(error).__name__)


def _event(notification: Notification, position: Position) -> bytes:
    data = notification.model_dump_json(exclude={"live"})
    return format_sse_event(event="notification", id=write_cursor(position), data_str=data)


_shown = Notification.model_validate(example_of(Notification))
EXAMPLE = _event(_shown, Position(_shown.created_at, _shown.id)).decode()
