"""The application on a real PostgreSQL as its runtime role, and people who use it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.core.keys import new_key, write_private
from app.core.settings import Settings
from app.main import create_app
from specward.database.provision import Urls

PASSWORD = "correct horse battery"
SIGNING_KEYS = SecretStr(write_private(new_key()))


def name_of(urls: Urls) -> str:
    """The name of a database."""
    return psycopg.conninfo.conninfo_to_dict(urls.migration)["dbname"]  # type: ignore[return-value]  # it has one


def settings_for(url: str) -> Settings:
    """Settings as in production, but with password hashes that cost next to nothing."""
    return Settings(
        _env_file=None,
        database_url=url,
        database_max_connections=4,
        signing_keys=SIGNING_KEYS,
        password_memory_kib=8,
        password_passes=1,
        password_lanes=1,
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Serve an application inside its lifespan."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        yield client


class Person(NamedTuple):
    """Somebody with an account, logged in."""

    email: str
    client: AsyncClient
    tokens: dict[str, str]

    async def call(self, method: str, path: str, **request: object) -> httpx2.Response:
        """Send a request with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **request.pop("headers", {})}  # type: ignore[dict-item]
        return await self.client.request(method, path, headers=headers, **request)  # type: ignore[arg-type]


async def join(client: AsyncClient, email: str | None = None) -> Person:
    """Register somebody and log them in."""
    credentials = {"email": email or f"{secrets.token_hex(8)}@example.org", "password": PASSWORD}
    registered = await client.post("/v1/auth/register", json=credentials)
    assert registered.status_code == 202, registered.text
    answer = await client.post("/v1/auth/login", json=credentials)
    assert answer.status_code == 200, answer.text
    return Person(credentials["email"], client, answer.json())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def app(database: Urls) -> FastAPI:
    """The application, not yet started."""
    return create_app(settings_for(database.app))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of the running application."""
    async with running(app) as client:
        yield client


@pytest.fixture
async def alice(client: AsyncClient) -> Person:
    return await join(client)


@pytest.fixture
async def bob(client: AsyncClient) -> Person:
    return await join(client)
