"""Forged requests inside the process, for people whom only a test's own issuer can make."""

from typing import Any

import psycopg
from httpx2 import AsyncClient

from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import PASSWORD, name_of
from tests.app.isolation.conftest import EVERYTHING

# What a request of each operation needs to get past validation.
BODIES: dict[str, dict[str, Any]] = {
    "register": {"email": "bob@example.org", "password": PASSWORD},
    "login": {"email": "bob@example.org", "password": PASSWORD},
    "refresh": {"refresh_token": "x"},
    "logout": {"refresh_token": "x"},
    "verifyEmail": {"token": "x"},
    "readAll": {},
    "setPreference": {"enabled": False},
    "changePassword": {"current_password": PASSWORD, "new_password": PASSWORD},
    "forgotPassword": {"email": "bob@example.org"},
    "resetPassword": {"token": "x", "new_password": PASSWORD},
    "deleteAccount": {"password": "wrong"},
    "changeProfile": {"about": "stolen"},
}
# They never end; tests/app/notifications/test_stream.py attacks them.
STREAMS = {"streamNotifications"}
OWNER_NAMES = ("id", "account_id", "owner_id", "user_id", "sub", "app.user_id", "asker_0")


def everything_of(server: Server, database: Urls, owner: str) -> str:
    with psycopg.connect(
        server.superuser_url(name_of(database)), cursor_factory=psycopg.RawCursor
    ) as connection:
        row = connection.execute(EVERYTHING, [owner]).fetchone()
    assert row is not None
    return str(row[0])


async def operations(client: AsyncClient) -> list[tuple[str, str, str]]:
    """Every operation that is served: its id, method and path."""
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [
        (operation["operationId"], method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation["operationId"] not in STREAMS
    ]


def forgeries(body: dict[str, Any] | None, target: str) -> list[dict[str, Any]]:
    """The plain request, and the target's id wherever an id could be believed."""
    headers = {"If-Match": "*"}
    plain: dict[str, Any] = {"headers": headers} if body is None else {"headers": headers, "json": body}
    named = dict.fromkeys(OWNER_NAMES, target)
    return [
        plain,
        {**plain, "params": named},
        {**plain, "headers": {**headers, **{f"X-{name}": target for name in OWNER_NAMES}}},
        {**plain, "headers": {**headers, "Cookie": "; ".join(f"{name}={target}" for name in OWNER_NAMES)}},
        *({**plain, "json": {**(body or {}), name: target}} for name in OWNER_NAMES),
    ]
