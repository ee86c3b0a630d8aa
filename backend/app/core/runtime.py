"""
[Task]: T-001, T-003, T-105, T-085, T-106, T-113
[From]: speckit.specify §2.5, §2.11, speckit.plan §1.2, §1.3, §1.4
[Description]: What a running instance has, and the dependencies by which routes get at it.
"""

import asyncio
from typing import Annotated, NamedTuple, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from structlog.contextvars import bind_contextvars

from app.core.asker import Principal
from app.core.background import Background
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
    background: Background
    make_notification: MakeNotification
    draining: asyncio.Event
    """Set once the instance is about to end: what would last must end by itself."""


def _runtime(request: Request) -> Runtime:
    # Not a dependency of the dependencies below: each one costs FastAPI some 30 us a request to resolve.
    return cast("Runtime", request.app.state.runtime)


async def runtime(request: Request) -> Runtime:
    """Give what the lifespan made."""
    return _runtime(request)


RuntimeDep = Annotated[Runtime, Depends(runtime)]

bearer = HTTPBearer(bearerFormat="JWT", scheme_name="bearer", auto_error=False)


async def authenticate(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Claims:
    """Turn the bearer token into what it says. Nothing else in a request identifies the caller.

    Raises:
        ProblemError: There is no token, or it is not valid.
    """
    if credentials is None:
        raise ProblemError(UNAUTHENTICATED)
    running, token = _runtime(request), credentials.credentials
    try:
        try:
            claims = running.tokens.verify(token)
        except InvalidTokenError:
            claims = await running.external_tokens.verify(token)
    except InvalidTokenError:
        raise ProblemError(UNAUTHENTICATED, INVALID_TOKEN) from None
    bind_contextvars(account_id=str(claims.user_id))
    return claims


Caller = Annotated[Claims, Depends(authenticate)]


async def caller_session(request: Request, caller: Caller) -> Session[Principal]:
    """Give the caller's session: the only one a route can ask for."""
    return _runtime(request).database.acting_as(Principal(caller.user_id))


CallerSession = Annotated[Session[Principal], Depends(caller_session)]
