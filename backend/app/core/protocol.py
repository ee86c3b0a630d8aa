"""
[Task]: T-001, T-003
[From]: speckit.specify §6.1, §6.3, speckit.plan §4.1
[Description]: How large the head of a request may be, and how long it may take to come.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.headers import ALWAYS, NOT_KEPT
from app.core.problems import HEAD_TOO_LARGE, MALFORMED, ProblemType, answer

if TYPE_CHECKING:
    import asyncio

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0


class BoundedHttp(HttpToolsProtocol):
    """For `uvicorn --http`: its own protocol would wait for the end of a head for ever, however much comes.

    The bytes are counted as they come, for a header that never ends is no header yet.
    """

    _waiting: asyncio.TimerHandle | None = None
    _head = 0
    _fault: ProblemType | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._has_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the rest of a head that has begun."""
        self._await_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Take the head, unless it came at once and is too large."""
        self._has_head()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._fault = HEAD_TOO_LARGE
            raise ValueError(HEAD_TOO_LARGE.title)  # the parser goes no further, and uvicorn refuses
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless it is too much for a head."""
        super().data_received(data)
        if self._waiting is not None:
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self._refuse(HEAD_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take.

        Args:
            msg: Why, in words of uvicorn's.
        """
        if self._fault is None:
            self._refuse(MALFORMED, msg)
        else:
            self._refuse(self._fault)

    def _refuse(self, kind: ProblemType, detail: str | None = None) -> None:
        """Answer in a problem document, as to all else; uvicorn would in plain text."""
        problem = answer(kind, {"Connection": "close"}, detail)
        headers = (*self.server_state.default_headers, *problem.raw_headers, *ALWAYS, NOT_KEPT)
        status = f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}".encode()
        lines = [status, *(name + b": " + value for name, value in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(problem.body)]))
        self.transport.close()

    def _await_head(self) -> None:
        self._has_head()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _has_head(self) -> None:
        self._head = 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
