"""
[Task]: T-001, T-002, T-003, T-004, T-006, T-101, T-102, T-105, T-106, T-110, T-113, T-042, T-085,
    T-084, T-087, T-089
[From]: speckit.specify §2.11, §6.1, §6.3, §6.4, §6.5, §6.7, speckit.plan §1.1, §1.4, §4.8, §6.2, §6.3
[Description]: Puts the application together.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI
from psycopg import Error as DatabaseError
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.middleware import Middleware

from app.accounts.credentials.routes import router as credentials
from app.accounts.identities.service import account_of
from app.accounts.routes import add_export
from app.accounts.routes import router as accounts
from app.core import logs, outages, problems
from app.core.asker import Principal
from app.core.bounds import Bounds
from app.core.database import Session
from app.core.docs import add_docs
from app.core.examples import example
from app.core.export import Part
from app.core.head import Head
from app.core.headers import Cors, SecurityHeaders
from app.core.idempotency.unit import Idempotency, Replay, replay
from app.core.issuers.tokens import ExternalTokens
from app.core.keys import keys_of
from app.core.mail import mailer_for
from app.core.passwords import Passwords
from app.core.routing import operation_id, routes_of
from app.core.runtime import Runtime, RuntimeDep
from app.core.settings import Settings, SettingsError, load_settings
from app.core.shutdown import announced_shutdown
from app.core.startup import StartError, database_of, open_database
from app.core.telemetry import TELEMETRY, be_discreet
from app.core.tokens import AccessTokens
from app.notifications.listener import Listener
from app.notifications.preferences.routes import router as preferences
from app.notifications.preferences.schemas import Preference
from app.notifications.preferences.service import preferences as preferences_of
from app.notifications.repository import make as make_notification
from app.notifications.routes import router as notifications
from app.notifications.schemas import Notification
from app.notifications.service import list_page
from app.profiles.repository import current as current_profile
from app.profiles.routes import router as profiles
from app.profiles.schemas import Profile
from app.profiles.service import profile_of

EXPORTED_AT_ONCE = 1000

MIDDLEWARE = (
    Middleware(Head),
    Middleware(SecurityHeaders),
    Middleware(logs.RequestLog),
    Middleware(Cors),
    Middleware(logs.Failures),
    Middleware(Bounds),
    Middleware(Idempotency),
)


async def _own_profile(session: Session[Principal], account_id: UUID) -> AsyncIterator[bytes]:
    yield to_json(profile_of(account_id, await current_profile(session)))


async def _own_notifications(session: Session[Principal], _: UUID) -> AsyncIterator[bytes]:
    begun, cursor = b"[", None
    while True:
        page = await list_page(session, limit=EXPORTED_AT_ONCE, cursor=cursor, unread=False, kind=None)
        if page.items:  # those that were to come may have been deleted meanwhile
            yield begun + to_json(page.items)[1:-1]
            begun = b","
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    yield b"]" if begun == b"," else b"[]"


async def _own_preferences(session: Session[Principal], _: UUID) -> AsyncIterator[bytes]:
    yield to_json((await preferences_of(session)).items)


EXPORT = (
    Part("profile", Profile, _own_profile),
    Part("notifications", list[Notification], _own_notifications),
    Part("preferences", list[Preference], _own_preferences),
)


class Health(BaseModel):
    """The service is well."""

    model_config = example(status="ok")

    status: Literal["ok"]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. Nothing outside is touched before its lifespan begins.

    Args:
        settings: The settings of the instance; read from the environment at start if None.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            chosen = settings or load_settings()
            with announced_shutdown(chosen.shutdown_delay_seconds) as draining:
                running = _start(chosen, draining)
                await open_database(running.database)
                app.state.runtime = running
                be_discreet()
                logs.configure()  # until here a person may be reading, who wants the sentences plain
                try:
                    async with running.external_tokens.keys_kept_fresh(), _live(app, running), _jobs(running):
                        yield
                finally:
                    await running.database.close()
        except (SettingsError, StartError):
            sys.tracebacklimit = 0  # the process ends here, and the sentence says it all
            raise

    app = FastAPI(
        title="Accounts, profiles and notifications",
        version="1.0.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # its Location may be http where TLS ends before us: passwords in the clear
        middleware=MIDDLEWARE,
        telemetry=TELEMETRY,
        responses=problems.responses(*problems.OF_ANY),
        generate_unique_id_function=operation_id,
        # They are tried one after the other, so those that are asked most come first; the two of the profile
        # cost the others less than those would cost it.
        routes=[*routes_of(profiles, notifications, preferences, accounts, credentials)],
    )
    problems.install(app)
    outages.install(app)
    app.add_exception_handler(Replay, replay)
    add_export(app, EXPORT)
    _add_health(app)
    add_docs(app)
    _add_problem_schemas(app)
    return app


def _start(settings: Settings, draining: asyncio.Event) -> Runtime:
    keys, database = keys_of(settings), database_of(settings)
    return Runtime(
        settings=settings,
        database=database,
        keys=keys,
        tokens=AccessTokens(
            keys,
            issuer=settings.issuer,
            audience=settings.audience,
            client_id=settings.client_id,
            seconds=settings.access_token_seconds,
        ),
        external_tokens=ExternalTokens(settings.external_issuers, partial(account_of, database)),
        passwords=Passwords(
            memory_kib=settings.password_memory_kib,
            passes=settings.password_passes,
            lanes=settings.password_lanes,
            threads=settings.password_threads,
        ),
        mailer=mailer_for(settings),
        make_notification=make_notification,
        draining=draining,
    )


@asynccontextmanager
async def _live(app: FastAPI, running: Runtime) -> AsyncIterator[None]:
    """Serve live streams, which end as soon as the process is told to."""
    direct = running.settings.listen_database_url
    url = direct or running.settings.database_url
    listener = Listener(url.get_secret_value(), direct=direct is not None)
    app.state.streams = listener.streams

    async def drain() -> None:
        await running.draining.wait()
        listener.streams.stop()

    tasks = [asyncio.create_task(listener.run()), asyncio.create_task(drain())]
    try:
        yield
    finally:
        listener.streams.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _jobs(running: Runtime) -> AbstractAsyncContextManager[None]:
    """Do the queue's jobs in this process, if the settings say so."""
    if not running.settings.run_worker:
        return nullcontext()
    from app.jobs import done_beside  # noqa: PLC0415 -- 150 ms, for those alone who want it

    return done_beside(running.settings, running.database, running.keys, running.mailer)


def _add_health(app: FastAPI) -> None:
    @app.get("/livez", tags=["operations"], summary="Whether the process runs")
    async def livez() -> Health:
        return Health(status="ok")

    @app.get("/readyz", tags=["operations"], summary="Whether the service can serve")
    async def readyz(running: RuntimeDep) -> Health:
        if running.draining.is_set():
            raise problems.ProblemError(problems.UNAVAILABLE)
        try:
            await running.database.ping()
        except DatabaseError:
            raise problems.ProblemError(problems.UNAVAILABLE) from None
        return Health(status="ok")


def _add_problem_schemas(app: FastAPI) -> None:
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        document.setdefault("components", {}).setdefault("schemas", {}).update(problems.schemas())
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


app = create_app()
