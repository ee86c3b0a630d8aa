"""
[Task]: T-003
[From]: speckit.specify §6.3
[Description]: How large a request may be, and how long it may take.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from app.core.problems import PAYLOAD_TOO_LARGE, UNAVAILABLE, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 64 * 1024
SECONDS = 30.0

CONTENT_TYPE, EVENT_STREAM = b"content-type", b"text/event-stream"


class Bounds:
    """Refuses a body that is too large, and gives up what takes too long, streams excepted.

    An answer that goes out piece by piece has the time anew for each.

    FastAPI's own `max_body_size` answers in plain text where a body is announced, and only after the route is
    done where that reads none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request within the bounds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_BYTES:
            await answer(PAYLOAD_TOO_LARGE)(scope, receive, send)
            return
        await self._within_time(scope, _counted(receive), send)

    async def _within_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        def watch(message: Message) -> Awaitable[None]:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if dict(message["headers"]).get(CONTENT_TYPE, b"").startswith(EVENT_STREAM):
                    limit.reschedule(None)
            elif message.get("more_body") and limit.when() is not None:
                limit.reschedule(asyncio.get_running_loop().time() + SECONDS)
            return send(message)

        try:
            async with asyncio.timeout(SECONDS) as limit:
                await self._app(scope, receive, watch)
        except TimeoutError:
            if started or not limit.expired():
                raise
            await answer(UNAVAILABLE)(scope, receive, send)


def _counted(receive: Receive) -> Receive:
    """Stop a body that came without its length once it is too large."""
    size = 0

    async def count() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_BYTES:
            # The one exception that FastAPI lets through while it reads a body.
            raise HTTPException(PAYLOAD_TOO_LARGE.status)
        return message

    return count
