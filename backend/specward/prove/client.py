"""A small HTTP client that can send what no proper client would, and compares answers byte for byte."""

import json
import secrets
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlencode

from specward.errors import CouldNotRunError

PATIENCE = 30.0  # seconds for an answer
LISTENING = 0.5  # seconds on a stream, which has no end
LONGEST = 4_000_000  # bytes of an answer

# They differ between any two answers: a proof that they are equal cannot ask for them.
VOLATILE = frozenset(
    {
        *("date", "age", "server-timing", "traceparent", "tracestate", "content-length"),
        *("x-request-id", "x-correlation-id", "x-trace-id", "x-process-time", "request-id"),
        *("ratelimit", "ratelimit-remaining", "ratelimit-reset", "retry-after"),
        *("x-ratelimit-remaining", "x-ratelimit-reset", "set-cookie"),
    }
)
IDENTIFYING = frozenset({"x-request-id", "x-correlation-id", "x-trace-id", "request-id"})


class Request(NamedTuple):
    """What is sent."""

    method: str
    path: str  # begins with a slash, percent-encoded
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    json: object = None
    form: Mapping[str, object] | None = None
    content_type: str = "application/json"

    @property
    def body(self) -> bytes | None:
        """The body, encoded."""
        if self.form is not None:
            return urlencode(self.form).encode()
        return None if self.json is None else json.dumps(self.json).encode()


class Answer(NamedTuple):
    """What comes back."""

    status: int
    headers: tuple[tuple[str, str], ...]  # names in small letters
    body: bytes

    def comparable(self, sent: Mapping[str, str]) -> tuple[int, object, bytes]:
        """Return what must be equal in two answers: all but request ids, and the ids that were sent.

        Args:
            sent: the ids in the request, by name.
        """
        body = self.body
        for name, value in self.headers:
            if name in IDENTIFYING:
                body = body.replace(value.encode(), b"{request}")
        for name, value in sent.items():
            body = body.replace(value.encode(), f"{{{name}}}".encode())
        headers = sorted(header for header in self.headers if header[0] not in VOLATILE)
        return self.status, headers, body


class Client(NamedTuple):
    """The way to the application under test."""

    port: int

    def send(self, request: Request) -> Answer:
        """Send a request from an address of its own, so that limits by address do not end the proof.

        Raises:
            CouldNotRunError: the application does not answer.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = request.body
        kind = request.content_type if request.form is None else "application/x-www-form-urlencoded"
        headers = {"X-Forwarded-For": somewhere(), **({"Content-Type": kind} if body else {})}
        try:
            connection.request(request.method, request.path + query, body, {**headers, **request.headers})
            response = connection.getresponse()
            names = tuple((name.lower(), value) for name, value in response.getheaders())
            return Answer(response.status, names, _read(connection, response))
        except (OSError, HTTPException) as error:
            raise CouldNotRunError(
                f"The application gave no answer to {request.method} {request.path}: {error!r}."
            ) from error
        finally:
            connection.close()


def _read(connection: HTTPConnection, response: HTTPResponse) -> bytes:
    if "text/event-stream" not in response.headers.get("content-type", ""):
        return response.read(LONGEST)
    end, read = time.monotonic() + LISTENING, b""
    if connection.sock is not None:
        connection.sock.settimeout(LISTENING)
    while time.monotonic() < end and len(read) < LONGEST:
        try:
            part = response.read1()
        except TimeoutError:
            break
        if not part:
            break
        read += part
    return read


def somewhere() -> str:
    """Return an address of a network of its own."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
