"""
[Task]: T-001, T-003, T-105, T-085, T-106, T-113
[From]: speckit.specify §2.5, §2.11, speckit.plan §1.2, §1.3, §1.4
[Description]: What a running instance has, and the dependencies by which routes get at it.
"""

import asyncio
from typing import Annotated, NamedTuple, cast

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from structlog.contextvars import bind_contextvars

from app.core.asker import Principal
from app.core.database import Database, Session
from app.core.issuers.tokens import ExternalTokens
from app.core.keys import SigningKey
from app.core.mail import Mailer
from app.core.notice import MakeNotification
from app.core.passwords import Passwords
from app.core.problems import UNAUTHENTICATED, ProblemError
from app.core.settings import Settings
from app.core.tokens import AccessTokens, Claims, InvalidTokenError

INVALID_TOKEN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}  # RFC 6750 §3.1


class Runtime(NamedTuple):
    """What the lifespan makes, once for the process."""

    settings: Settings
    database: Database
    keys: tuple[SigningKey, ...]
    tokens: AccessTokens
    external_tokens: ExternalTokens
    passwords: Passwords
    mailer: Mailer
    make_notification: MakeNotification
    draining: asyncio.Event
    """Set once the instance is about to end: what would last must end by itself."""


def runtime_of(request: Request) -> Runtime:
    """Give what the lifespan made, where no dependency is needed: each costs FastAPI some 30 us a request."""
    return cast("Runtime", request.app.state.runtime)


async def runtime(request: Request) -> Runtime:
    """Give what the lifespan made."""
    return runtime_of(request)


RuntimeDep = Annotated[Runtime, Depends(runtime)]


async def authenticate(request: Request) -> Claims:
    """Turn the bearer token into what it says. Nothing else in a request identifies the caller.

    Raises:
        ProblemError: There is no token, or it is not valid.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    running, token = runtime_of(request), token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ProblemError(UNAUTHENTICATED)
    try:
        try:
            claims = running.tokens.verify(token)
        except InvalidTokenError:
            claims = await running.external_tokens.verify(token)
    except InvalidTokenError:
        raise ProblemError(UNAUTHENTICATED, INVALID_TOKEN) from None
    bind_contextvars(account_id=str(claims.user_id))
    return claims


# The security scheme of the contract, which gives what the token stands for: one dependency, not three.
class _Caller(HTTPBearer):
    def __init__(self) -> None:
        super().__init__(bearerFormat="JWT", scheme_name="bearer", auto_error=False)

    async def __call__(self, request: Request) -> Claims:  # type: ignore[override]  # FastAPI takes any
        """Give what the caller's token says."""
        return await authenticate(request)


class _CallerSession(HTTPBearer):
    def __init__(self) -> None:
        super().__init__(bearerFormat="JWT", scheme_name="bearer", auto_error=False)

    async def __call__(self, request: Request) -> Session[Principal]:  # type: ignore[override]  # as above
        """Give the caller's session: the only one a route can ask for."""
        caller = await authenticate(request)
        return runtime_of(request).database.serving(Principal(caller.user_id))


Caller = Annotated[Claims, Depends(_Caller())]
CallerSession = Annotated[Session[Principal], Depends(_CallerSession())]
