"""
[Task]: T-001, T-003
[From]: speckit.specify §6.1, §6.3, speckit.plan §4.1
[Description]: How large all but the body of a request may be; how long its parts may take, and answers to go.
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
# Somewhat more than a request, or a piece of its answer, may take: what is given up is given up first.
BODY_SECONDS = UNREAD_SECONDS = 35.0


class BoundedHttp(HttpToolsProtocol):
    """For `uvicorn --http`: its own protocol would wait for the end of a head for ever, however much comes.

    The bytes are counted as they come, for a header that never ends is no header yet. For the end of a body,
    too, it would wait for ever, once the request is answered; and for a client that does not read.

    It would keep whatever comes as a trailer field, too, and add it to the headers of the request.
    """

    _waiting: asyncio.TimerHandle | None = None
    """For the end of a head, or of a body."""
    _unread: asyncio.TimerHandle | None = None
    """For the client to read."""
    _unparsed = 0
    """How many bytes have come since the last thing that the parser found."""
    _found = False
    """Whether the parser found anything in the bytes at hand."""
    _in_body = False
    _fault: ProblemType | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first head."""
        super().connection_made(transport)
        self._await(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._has_come()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to read. One that is closed already waits for that, too, and would for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        self._is_read()
        super().resume_writing()

    def on_message_begin(self) -> None:
        """Wait for the rest of a head that has begun."""
        self._await(HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Take the head, unless it came at once and is too large, or names not one host."""
        self._has_come()
        self._found = True
        if fault := self._fault_of_head():
            self._fault = fault
            raise ValueError(fault.title)  # the parser goes no further, and uvicorn refuses
        super().on_headers_complete()
        self._in_body = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, and no trailer field (RFC 9110 §6.5.1)."""
        if not self._in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._found = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the body, if there is one."""
        self._has_come()
        self._found = True
        self._in_body = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless it is too much to be a head, or what stands around the body."""
        self._found = False
        super().data_received(data)
        if self._waiting is None:
            if self._in_body:  # most bodies have come with their head
                self._await(BODY_SECONDS)
            elif self._is_idle():  # empty lines, for which uvicorn waits no more for the next request
                self._await(HEAD_SECONDS)
        self._unparsed = 0 if self._found else self._unparsed + len(data)
        if self._unparsed > HEAD_BYTES and not self.transport.is_closing():
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
        if self._is_answering():
            self.transport.close()
            return
        problem = answer(kind, {"Connection": "close"}, detail)
        headers = (*self.server_state.default_headers, *problem.raw_headers, *ALWAYS, NOT_KEPT)
        status = f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}".encode()
        lines = [status, *(name + b": " + value for name, value in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(problem.body)]))
        self.transport.close()

    def _fault_of_head(self) -> ProblemType | None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            return HEAD_TOO_LARGE
        # RFC 9112 §3.2; of two, somebody on the way may have taken the other one.
        hosts = sum(name == b"host" for name, _ in self.headers)
        return None if hosts == 1 or (not hosts and self.parser.get_http_version() == "1.0") else MALFORMED

    def _is_answering(self) -> bool:
        """Tell whether another answer has begun where ours would go."""
        cycle = self.cycle
        if cycle is None:  # before the first request, whatever uvicorn's type says
            return False
        return cycle.response_started and (self._in_body or not cycle.response_complete)

    def _is_idle(self) -> bool:
        """Tell whether there is nothing to answer, and nobody who ends the connection for it."""
        answered = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # as above
        return answered and self.timeout_keep_alive_task is None

    def _await(self, seconds: float) -> None:
        self._has_come()
        self._waiting = self.loop.call_later(seconds, self.transport.close)

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _has_come(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
