"""
[Task]: T-001
[From]: speckit.specify §6.7
[Description]: Answers HEAD as GET, without the body (RFC 9110 §9.3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


HEAD_ALONE = "app.head_alone"
"""Is in the scope of a request whose answer goes out without its body."""


class Head:
    """Has whatever answers GET answer HEAD, so that no operation can be had by HEAD alone.

    FastAPI's routes would name HEAD as one more operation in the document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return self._app(scope, receive, send)

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})

        return self._app({**scope, "method": "GET", HEAD_ALONE: True}, receive, send_head)
