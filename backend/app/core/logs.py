"""
[Task]: T-003
[From]: speckit.specify §6.5, speckit.plan §6.2
[Description]: Logs: one JSON line for each event and each request, and nothing personal in any.
"""

from __future__ import annotations

import logging
import secrets
import sys
import traceback
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from opentelemetry import trace
from pydantic_core import to_json
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from app.core.head import HEAD_ALONE
from app.core.problems import internal_error

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from structlog.typing import EventDict, Processor, WrappedLogger

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.request")
_requests = logging.getLogger("app.request")


class _Line(str):
    """What is to be logged as it is."""

    __slots__ = ()


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return record.msg if isinstance(record.msg, _Line) else super().format(record)


def formatter() -> logging.Formatter:
    """Give the formatter that writes every record, also a library's, as one JSON line."""
    return _Formatter(
        foreign_pre_chain=_COMMON,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def configure() -> None:
    """Send every log of the process through `formatter` to standard error, the server's included."""
    structlog.configure(
        processors=[*_COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # Found out for every record, and written in none.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if not any(isinstance(handler, _StandardError) for handler in root.handlers):
        handler = _StandardError()
        handler.setFormatter(formatter())
        root.addHandler(handler)
    # Its line for each request names the whole URL, and that may hold a secret of whoever we ask.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        # The access log names paths with their queries; the request line takes its place.
        logging.getLogger(name).propagate = name != "uvicorn.access"


class RequestLog:
    """Gives each request an id, and logs one line about it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        def note(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        clear_contextvars()
        bind_contextvars(request_id=secrets.token_hex(16))
        try:
            await self._app(scope, receive, note)
        finally:
            _log_request(scope, status, perf_counter() - began)


class Failures:
    """Answers for what nobody caught, with the request's id, which is all that the client learns of it.

    What adds headers to every answer stands before it: a page of another origin may read this one too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of which `RequestLog` knows."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        def note(message: Message) -> Awaitable[None]:
            nonlocal begun
            begun = True
            return send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as error:
            logger.error("request failed", exc_info=error)  # noqa: TRY400 -- it is rendered without its words
            if begun:
                raise
            await internal_error(get_contextvars()["request_id"])(scope, receive, send)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log the line of a request, ready made: through the processors it costs five times as much."""
    if not _requests.isEnabledFor(logging.INFO):
        return
    event: EventDict = {
        "event": "request",
        **get_contextvars(),
        "method": "HEAD" if HEAD_ALONE in scope else scope["method"],
        # The template, not the path: what a client writes into a path is the client's.
        "route": getattr(scope.get("route"), "path_format", None),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "level": "info",
        "logger": _requests.name,
        "time": datetime.now(UTC),
    }
    line = _Line(to_json(_trace_id(_requests, "info", event)), "utf-8")
    _requests.handle(_requests.makeRecord(_requests.name, logging.INFO, "", 0, line, (), None))


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what is standard error at the moment, since a test runner changes it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _trace_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event


def _error_without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep the type and the place of an error. Its message may quote anybody's data."""
    info = event.pop("exc_info", None)
    error = sys.exception() if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


_COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    _trace_id,
    _error_without_words,
]
