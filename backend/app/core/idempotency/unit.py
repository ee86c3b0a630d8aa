"""
[Task]: T-004, T-005
[From]: speckit.specify §6.2, speckit.plan §4.5
[Description]: Does a request with a key in one transaction together with its kept answer.
"""

from __future__ import annotations

import hmac
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response

from app.core.idempotency import repository
from app.core.outages import OUTAGES, unavailable
from app.core.problems import IDEMPOTENCY_MISMATCH, MEDIA_TYPE, ProblemError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.core.asker import Principal
    from app.core.database import Session
    from app.core.keys import SigningKey

HEADER = "Idempotency-Key"
SAYS = (
    "Made up by the client for one request. Sent again with it in 24 hours, the request is not done again "
    "and gets the same answer. Another request with it is refused."
)
SCOPE = "app.idempotency"

BAD_REQUEST, SERVER_ERROR = 400, 500
# These may be otherwise the next time, and nothing was done: unauthenticated, too many requests.
NOT_KEPT = frozenset({401, 429})


class Replay(Exception):  # noqa: N818 -- it is no error
    """The key has been used for this request: its kept answer is the answer."""

    def __init__(self, answer: repository.Answer | repository.Kept) -> None:
        super().__init__()
        self.answer = answer


async def replay(_: Request, error: Exception) -> Response:
    """Answer as the first time."""
    assert isinstance(error, Replay)  # noqa: S101 -- registered for it
    status, body = error.answer.status, error.answer.body
    return Response(body, status, media_type=MEDIA_TYPE if status >= BAD_REQUEST else "application/json")


class Fingerprint(NamedTuple):
    """A request, as it can be kept: the first hash is under the newest key, the others under older ones."""

    operation: str
    hashes: tuple[bytes, ...]


async def message_of(request: Request) -> bytes:
    """Give all that makes a request what it is."""
    url = request.url
    parts = (request.method, url.path, url.query, request.headers.get("content-type", ""))
    return b"\n".join((*(part.encode() for part in parts), await request.body()))


async def fingerprint(request: Request, keys: Sequence[SigningKey]) -> Fingerprint:
    """Tell requests apart without keeping them: one may hold a password."""
    message = await message_of(request)
    hashes = tuple(hmac.digest(key.secret_for("idempotency"), message, "sha256") for key in keys)
    return Fingerprint(f"{request.method} {request.scope['route'].path}", hashes)


class _Undone(Exception):  # noqa: N818 -- it is no error
    """Ends a transaction that is not to be kept."""


class Pending:
    """A request with a key, whose answer is not known yet."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.stack = stack
        """What is ended with the request; it learns of a failure, and of an answer that must not be kept."""
        self.keep: Callable[[int, bytes], Awaitable[None]] | None = None
        """Keeps the answer; None where no key was claimed."""

    async def end(self, status: int, body: bytes) -> None:
        """Keep the answer.

        Raises:
            _Undone: It must not be kept.
        """
        if self.keep is None:
            return  # nothing was written; a rollback would make psycopg forget its prepared statements
        if status >= SERVER_ERROR:
            raise _Undone
        await self.keep(status, body)


async def begin(
    pending: Pending, session: Session[Principal], key: str, request: Fingerprint
) -> Session[Principal]:
    """Claim a key, in a transaction that ends with the request.

    An answer that says no is kept as well, and what was done before it is undone.

    Returns:
        A session for what the request does.

    Raises:
        Replay: The key has been used for this request.
        ProblemError: The key has been used for another request.
    """
    transaction = await pending.stack.enter_async_context(session.transaction())
    if not await repository.claim(transaction, request.operation, key, request.hashes[0]):
        answer = await repository.kept(transaction, request.operation, key)
        raise Replay(answer) if answer.request_hash in request.hashes else ProblemError(IDEMPOTENCY_MISMATCH)
    transaction.mark()

    async def keep(status: int, body: bytes) -> None:
        if status in NOT_KEPT:
            raise _Undone
        if status >= BAD_REQUEST:
            transaction.undo()
        await repository.keep(transaction, request.operation, key, status=status, body=body)

    pending.keep = keep
    return session.joining(transaction)


class Idempotency:
    """Holds the answer to a request with a key back until it is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve a request. Whether its key counts is up to its route: `IdempotentSession`, `SealedRuntime`.

        Of no other method than POST it does: a stream that is held back is none.
        """
        if scope["type"] != "http" or scope["method"] != "POST" or HEADER not in Headers(scope=scope):
            return self._app(scope, receive, send)
        return self._hold_back(scope, receive, send)

    async def _hold_back(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            async with AsyncExitStack() as stack:
                scope[SCOPE] = pending = Pending(stack)
                await self._app(scope, receive, hold)
                body = b"".join(message.get("body", b"") for message in held)
                await pending.end(held[0]["status"], body)
        except _Undone:
            pass
        except OUTAGES as outage:  # as the answer was kept, or all of it committed
            await unavailable(outage)(scope, receive, send)
            return
        for message in held:
            await send(message)
