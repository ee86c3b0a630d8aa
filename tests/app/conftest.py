"""The application on a real PostgreSQL as its runtime role, and people who use it."""

import json
import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.core import logs, queue
from app.core.keys import new_key, write_private
from app.core.mail import Mail
from app.core.settings import Settings
from app.jobs import add_account_mails, post_of
from app.main import create_app
from specward.database.provision import Urls
from tests.app.core.documented import answer_of, answers_of

PASSWORD = "correct horse battery"
SIGNING_KEYS = SecretStr(write_private(new_key()))

# Passwords, their hashes, access tokens and addresses, whatever test they are from.
SECRETS = re.compile(rf"{PASSWORD}|\$argon2|eyJ[\w-]+\.eyJ|[\w.+-]+@[\w-]+\.\w+")
# What only its owner may read, by its name in the contract.
PERSONAL = {
    *("email", "password", "current_password", "new_password", "token", "access_token", "refresh_token"),
    *("display_name", "about", "avatar_url", "title", "body"),
}
SHORT = 8  # fewer characters than these stand in any line by chance
TOLD: set[str] = set()
"""Every personal text of a request or an answer of this run."""


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


def token_in(mail: Mail) -> str:
    """The token of a mail: the longest word in it."""
    return max(mail.text.split(), key=len)


def _remember(document: bytes) -> None:
    with suppress(ValueError):  # some tests send what is no JSON
        TOLD.update(text for text in _personal(json.loads(document)) if len(text) >= SHORT)


async def _remember_both(request: httpx2.Request, response: httpx2.Response) -> None:
    if isinstance(request.stream, httpx2.ByteStream):  # what came in pieces is gone
        _remember(await request.aread())
    if response.headers.get("content-type") == "application/json":  # a problem has a title, too
        _remember(await response.aread())


def _personal(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, str) and name in PERSONAL:
        yield value
    elif isinstance(value, dict):
        for inner, part in value.items():
            yield from _personal(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from _personal(part, name)


class FromAnywhere(ASGITransport):
    """Lets each request come from a network of its own, so that tests do not exhaust each other's limits.

    The extension `from` of a request names another one. No answer is one that the document leaves out.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        somewhere = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        self.client = (request.extensions.get("from", somewhere), 1)
        response = await super().handle_async_request(request)
        await response.aread()
        answer, answers = answer_of(response), answers_of(request.method, request.url.path)
        left_out = f"{request.method} {request.url.path} answers {answer}, which the document leaves out"
        assert answers is None or answer in answers, left_out
        if request.url.path.startswith("/v1/"):  # the contract itself has titles, too
            await _remember_both(request, response)
        return response


class Letterbox:
    """Keeps the mails instead of sending them."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)


async def mails_to(app: FastAPI, address: str) -> list[Mail]:
    """What has been mailed to an address, when all account mails of the queue have been sent."""
    await send_account_mails(app)
    return [mail for mail in app.state.runtime.mailer.mails if mail.to == address]


async def send_account_mails(app: FastAPI) -> None:
    """Do what a worker does of the queue, with the mailer of the application, in the order of the queue."""
    running = app.state.runtime
    one_by_one = running.settings.model_copy(update={"database_max_connections": 1})
    jobs = queue.make_queue(running.settings)
    add_account_mails(jobs, running.database, post_of(running.settings, running.keys, running.mailer))
    async with jobs.open_async():
        await queue.work(jobs, one_by_one, stay=False)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Serve an application inside its lifespan."""
    transport = FromAnywhere(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        app.state.runtime = app.state.runtime._replace(mailer=Letterbox())
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


class _Written(logging.Handler):
    """Keeps the lines that would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.formatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def is_mail(line: str) -> bool:
    """Tell a mail: the mailer of development writes it as it is, and so does the mail server of the tests."""
    if '"logger": "app.core.mail"' in line:
        return line.startswith('{"event": "mail to ')
    return '"logger": "mail.log"' in line


@pytest.fixture(scope="session", autouse=True)
def keeps_secrets() -> Iterator[None]:
    """Search the logs of the whole run for what must not be in them; a find is an error of the last test."""
    written = _Written()
    logging.getLogger().addHandler(written)
    yield
    logging.getLogger().removeHandler(written)
    searched = [line for line in written.lines if not is_mail(line)]
    found = [line for line in searched if SECRETS.search(line)]
    everything = "\n".join(searched)
    found += [text for text in TOLD if json.dumps(text)[1:-1] in everything]
    assert found == []


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
