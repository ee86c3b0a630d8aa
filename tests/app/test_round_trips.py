"""What every operation costs in network turns, counted on the wire, direct and pooled: the promise."""

import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.main import create_app
from app.notifications.preferences.unsubscribing import Subscription, write_token
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.accounts.issuers import Issuer, issuing
from tests.app.conftest import PASSWORD, Person, join, mails_to, settings_for, token_in
from tests.servers.urls import through
from tests.servers.wire import Wire, wire_to

pytestmark = pytest.mark.anyio

CREDENTIALS = {"email": "new@example.org", "password": PASSWORD}
ONE_KIND = {"kind": "product", "channel": "live"}

Request = dict[str, object]


async def with_new_address(_: Person, __: FastAPI) -> Request:
    """An address that nobody has."""
    return {"json": {"email": f"{secrets.token_hex(8)}@example.org", "password": PASSWORD}}


async def with_address(_: Person, __: FastAPI) -> Request:
    """An address, for each of which only so many mails may be asked for."""
    return {"json": {"email": f"{secrets.token_hex(8)}@example.org"}}


async def as_somebody_new(person: Person, _: FastAPI) -> Request:
    """Ask as somebody who has just registered."""
    other = await join(person.client)
    return {"headers": {"Authorization": f"Bearer {other.tokens['access_token']}"}}


async def with_refresh_token(person: Person, _: FastAPI) -> Request:
    """Send a refresh token that has not been sent before."""
    answer = await person.client.post("/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    return {"json": {"refresh_token": answer.json()["refresh_token"]}}


async def with_mailed_token(person: Person, app: FastAPI) -> Request:
    """Register somebody else, who gets a token by mail."""
    other = await join(person.client)
    return {"json": {"token": token_in((await mails_to(app, other.email))[-1])}}


async def with_reset_token(person: Person, app: FastAPI) -> Request:
    """Register somebody else, who forgets the password at once."""
    other = await join(person.client)
    await person.client.post("/v1/auth/forgot-password", json={"email": other.email})
    return {"json": {"token": token_in((await mails_to(app, other.email))[-1]), "new_password": PASSWORD}}


async def with_session_id(person: Person, _: FastAPI) -> Request:
    """Begin a session, to be ended."""
    await person.client.post("/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    newest, *_ = (await person.call("GET", "/v1/auth/sessions")).json()["items"]
    return {"path": {"session_id": newest["id"]}}


async def as_somebody_else(person: Person, _: FastAPI) -> Request:
    """Give the password as somebody who has just registered."""
    other = await join(person.client)
    token = {"Authorization": f"Bearer {other.tokens['access_token']}"}
    return {"json": {"password": PASSWORD}, "headers": token}


async def with_notification_id(person: Person, _: FastAPI) -> Request:
    """Make a notification."""
    made = await person.call("POST", "/v1/notifications/test")
    return {"path": {"notification_id": made.json()["id"]}}


async def with_unsubscribing_token(person: Person, app: FastAPI) -> Request:
    """Send the token of a digest, by which only so many requests may come."""
    account = (await person.call("GET", "/v1/account")).json()["id"]
    today = datetime.now(UTC).date()
    subscription = Subscription(UUID(account), 0)
    return {"params": {"token": write_token(app.state.runtime.keys[0], subscription, today)}}


# operation: turns, request (what uses something up has a function that makes a new one). More than one turn
# has its reason in the docstring of the service's function.
TABLE: dict[str, tuple[int, Request | Callable[[Person, FastAPI], Awaitable[Request]]]] = {
    "POST /v1/auth/register": (2, with_new_address),
    "POST /v1/auth/login": (4, {"json": CREDENTIALS}),
    "POST /v1/auth/refresh": (3, with_refresh_token),
    "POST /v1/auth/logout": (2, with_refresh_token),
    "POST /v1/auth/logout-everywhere": (1, {}),
    "GET /v1/auth/sessions": (1, {}),
    "DELETE /v1/auth/sessions/{session_id}": (1, with_session_id),
    "POST /v1/auth/verify-email/resend": (3, as_somebody_new),
    "POST /v1/auth/verify-email": (3, with_mailed_token),
    "POST /v1/auth/change-password": (5, {"json": {"current_password": PASSWORD, "new_password": PASSWORD}}),
    "POST /v1/auth/forgot-password": (2, with_address),
    "POST /v1/auth/reset-password": (5, with_reset_token),
    "GET /v1/account": (1, {}),
    "GET /v1/account/export": (6, {}),
    "POST /v1/account/deletion": (3, as_somebody_else),
    "GET /.well-known/jwks.json": (0, {}),
    "GET /v1/notifications": (1, {}),
    "GET /v1/notifications/unread-count": (1, {}),
    "POST /v1/notifications/read-all": (1, {"json": {}}),
    "POST /v1/notifications/test": (2, {}),
    "POST /v1/notifications/unsubscribe": (2, with_unsubscribing_token),
    "GET /v1/notifications/{notification_id}": (1, with_notification_id),
    "DELETE /v1/notifications/{notification_id}": (1, with_notification_id),
    "PUT /v1/notifications/{notification_id}/read": (1, with_notification_id),
    "GET /v1/notifications/preferences": (1, {}),
    "PUT /v1/notifications/preferences/{kind}/{channel}": (1, {"json": {"enabled": False}, "path": ONE_KIND}),
    "GET /livez": (0, {}),
    "GET /readyz": (1, {}),
}

# What never ends is not measured as one request; its statements are in the docstrings of live.py.
STREAMS = {"GET /v1/notifications/stream"}

# A task may write the tests of its slice and not this file, so a slice can keep rows of its own.
for slice_ in Path(__file__).parent.glob("*/round_trips.py"):
    TABLE |= import_module(f"tests.app.{slice_.parent.name}.round_trips").TABLE


@pytest.fixture(params=["direct", "pooled"])
def wire(request: pytest.FixtureRequest, server: Server) -> Iterator[Wire]:
    port = server.port if request.param == "direct" else request.getfixturevalue("pooler")
    with wire_to(port) as wire:
        yield wire


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def app(wire: Wire, fresh_database: Urls, issuer: Issuer) -> FastAPI:
    """The application on the wire. One connection: a second one would be made at leisure."""
    settings = settings_for(through(fresh_database.app, wire.port))
    only = {"database_max_connections": 1, "external_issuers": (issuer.profile,)}
    return create_app(settings.model_copy(update=only))


async def test_every_operation_costs_what_the_table_says(
    app: FastAPI, client: AsyncClient, wire: Wire
) -> None:
    """The first time, and when its statements have been prepared on the server."""
    person = await join(client, CREDENTIALS["email"])
    for operation, (turns, given) in TABLE.items():
        costs = [await cost(operation, given, person, app, wire) for _ in range(8)]
        assert costs == [turns] * 8, operation


async def test_a_token_that_is_not_valid_costs_nothing(client: AsyncClient, wire: Wire) -> None:
    before = wire.turns
    answer = await client.get("/v1/profile", headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, wire.turns - before) == (401, 0)


async def test_a_token_of_an_external_issuer_costs_more_the_first_time(
    client: AsyncClient, wire: Wire, issuer: Issuer
) -> None:
    """To find whose it is, and to make the account of somebody new; then it costs what a local one does."""

    async def costs(token: str) -> list[int]:
        turns = [wire.turns]
        for _ in range(3):
            answer = await client.get("/v1/account", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
            turns.append(wire.turns)
        return [after - before for before, after in pairwise(turns)]

    assert await costs(issuer.token("new")) == [3, 1, 1]
    assert await costs(issuer.token("new", n=1)) == [2, 1, 1]


async def test_the_table_names_every_operation(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    served = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert served == TABLE.keys() | STREAMS


async def cost(
    operation: str,
    given: Request | Callable[[Person, FastAPI], Awaitable[Request]],
    person: Person,
    app: FastAPI,
    wire: Wire,
) -> int:
    """Count the round trips of one request."""
    request = await given(person, app) if callable(given) else given
    before = wire.turns
    await send(operation, request, person)
    return wire.turns - before


async def send(operation: str, request: Request, person: Person) -> None:
    method, path = operation.split()
    url = path.format(**request.get("path", {}))  # type: ignore[arg-type]  # a dictionary
    answer = await person.call(method, url, **{name: request[name] for name in request.keys() - {"path"}})
    assert answer.is_success, answer.text
