"""
[Task]: T-003
[From]: speckit.plan §4.7
[Description]: The headers that go out with every answer, and to which origins a browser may hand one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware

from app.core.problems import INVALID_REQUEST, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.core.settings import Settings

# As they go over the wire, so that nothing is to be encoded for each answer.
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
)
NOT_KEPT = (b"cache-control", b"no-store")
TWO_YEARS = 63_072_000
HTTPS_ALONE = (b"strict-transport-security", f"max-age={TWO_YEARS}; includeSubDomains".encode())

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
REQUEST_HEADERS = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"),
    "Last-Event-ID",  # of a stream that is read by fetch, for an EventSource sends no token
)
RESPONSE_HEADERS = ("ETag", "Retry-After", "WWW-Authenticate")  # whether a new log-in would help
PREFLIGHT_SECONDS = 600
REFUSED = 400


class SecurityHeaders:
    """Adds the headers of plan §4.7. An answer that may be cached says so itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        def add(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"] = [*message["headers"], *ALWAYS]
                if NOT_KEPT[0] not in dict(headers):
                    headers.append(NOT_KEPT)
                if _settings(scope).environment != "development":
                    headers.append(HTTPS_ALONE)
            return send(message)

        await self._app(scope, receive, add)


class _Origins(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """Refuse, where that is to be, in a problem document: Starlette does in plain text."""
        response = super().preflight_response(request_headers)
        if response.status_code < REFUSED:
            return response
        return answer(INVALID_REQUEST, {"Vary": response.headers["Vary"]})


class Cors:
    """Starlette's CORS for the origins of the settings, which are known once the lifespan has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._served: ASGIApp | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve a request; without configured origins no answer names one, and browsers keep it closed."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        if self._served is None:
            self._served = self._with(_settings(scope).cors_origins)
        return self._served(scope, receive, send)

    def _with(self, origins: tuple[str, ...]) -> ASGIApp:
        if not origins:
            return self._app
        return _Origins(
            self._app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=RESPONSE_HEADERS,
            max_age=PREFLIGHT_SECONDS,
        )


def _settings(scope: Scope) -> Settings:
    settings: Settings = scope["app"].state.runtime.settings
    return settings
