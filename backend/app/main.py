"""
[Task]: T-001, T-002, T-101, T-102, T-105, T-042
[From]: speckit.specify §6.1, §6.4, speckit.plan §1.1, §1.4
[Description]: Puts the application together.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from fastapi import FastAPI
from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel

from app.accounts.routes import router as accounts
from app.core import problems
from app.core.database import Database
from app.core.keys import SigningKey, new_key, read_keys
from app.core.passwords import Passwords
from app.core.runtime import Runtime, RuntimeDep
from app.core.settings import Settings, SettingsError, load_settings
from app.core.startup import StartError, check_database
from app.core.tokens import AccessTokens
from app.profiles.routes import router as profiles

logger = logging.getLogger(__name__)


class Health(BaseModel):
    """The service is well."""

    status: Literal["ok"]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. Nothing outside is touched before its lifespan begins.

    Args:
        settings: The settings of the instance; read from the environment at start if None.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            running = _start(settings or load_settings())
            await _open(running.database)
        except (SettingsError, StartError):
            sys.tracebacklimit = 0  # the process ends here, and the sentence says it all
            raise
        app.state.runtime = running
        try:
            yield
        finally:
            await running.database.close()

    app = FastAPI(
        title="Accounts, profiles and notifications",
        version="1.0.0",
        lifespan=lifespan,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    app.include_router(accounts)
    app.include_router(profiles)
    _add_health(app)
    _add_problem_schemas(app)
    return app


def _start(settings: Settings) -> Runtime:
    if settings.signing_keys is None:
        logger.warning("SIGNING_KEYS is not set: signing with a key that ends with this process")
        keys: tuple[SigningKey, ...] = (new_key(),)
    else:
        keys = read_keys(settings.signing_keys.get_secret_value())
    return Runtime(
        settings=settings,
        database=Database(
            settings.database_url.get_secret_value(),
            max_connections=settings.database_max_connections,
            prepare_threshold=settings.prepare_threshold,
        ),
        keys=keys,
        tokens=AccessTokens(
            keys,
            issuer=settings.issuer,
            audience=settings.audience,
            client_id=settings.client_id,
            seconds=settings.access_token_seconds,
        ),
        passwords=Passwords(
            memory_kib=settings.password_memory_kib,
            passes=settings.password_passes,
            lanes=settings.password_lanes,
        ),
    )


async def _open(database: Database) -> None:
    try:
        await database.open()
        await check_database(database)
    except PoolTimeout as error:
        await database.close()
        raise StartError(
            "The database of DATABASE_URL cannot be reached, or refuses the password."
        ) from error
    except StartError:
        await database.close()
        raise


def _add_health(app: FastAPI) -> None:
    @app.get("/livez", tags=["operations"], summary="Whether the process runs")
    async def livez() -> Health:
        return Health(status="ok")

    @app.get(
        "/readyz",
        tags=["operations"],
        summary="Whether the service can serve",
        responses=problems.responses(problems.UNAVAILABLE),
    )
    async def readyz(running: RuntimeDep) -> Health:
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
