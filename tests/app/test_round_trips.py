"""What every operation costs in network turns, counted on the wire, direct and pooled: the promise."""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.main import create_app
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import PASSWORD, Person, join, running, settings_for
from tests.servers.urls import through
from tests.servers.wire import Wire, wire_to

pytestmark = pytest.mark.anyio

CREDENTIALS = {"email": "new@example.org", "password": PASSWORD}

# operation: turns, request. More than one has its reason in the docstring of the service's function.
TABLE: dict[str, tuple[int, dict[str, object]]] = {
    "POST /v1/auth/register": (1, {"json": CREDENTIALS}),
    "POST /v1/auth/login": (2, {"json": CREDENTIALS}),
    "GET /v1/account": (1, {}),
    "GET /.well-known/jwks.json": (0, {}),
    "GET /v1/notifications": (1, {}),
    "GET /v1/notifications/unread-count": (1, {}),
    "POST /v1/notifications/read-all": (1, {"json": {}}),
    "POST /v1/notifications/test": (1, {}),
    "GET /v1/notifications/{notification_id}": (1, {}),
    "DELETE /v1/notifications/{notification_id}": (1, {}),
    "PUT /v1/notifications/{notification_id}/read": (1, {}),
    "GET /v1/notifications/preferences": (1, {}),
    "PUT /v1/notifications/preferences/{kind}/{channel}": (1, {"json": {"enabled": False}}),
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
async def counted(wire: Wire, fresh_database: Urls) -> AsyncIterator[AsyncClient]:
    """A client of the application on the wire. One connection: a second one would be made at leisure."""
    settings = settings_for(through(fresh_database.app, wire.port))
    async with running(create_app(settings.model_copy(update={"database_max_connections": 1}))) as client:
        yield client


async def test_every_operation_costs_what_the_table_says(counted: AsyncClient, wire: Wire) -> None:
    """The first time, and when its statements have been prepared on the server."""
    person = await join(counted)
    for operation, (turns, request) in TABLE.items():
        costs = [await cost(operation, request, person, wire) for _ in range(8)]
        assert costs == [turns] * 8, operation


async def test_a_token_that_is_not_valid_costs_nothing(counted: AsyncClient, wire: Wire) -> None:
    before = wire.turns
    answer = await counted.get("/v1/profile", headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, wire.turns - before) == (401, 0)


async def test_the_table_names_every_operation(counted: AsyncClient) -> None:
    document = (await counted.get("/openapi.json")).json()
    served = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert served == TABLE.keys() | STREAMS


async def cost(operation: str, request: dict[str, object], person: Person, wire: Wire) -> int:
    method, path = operation.split()
    if "{notification_id}" in path:
        made = await person.call("POST", "/v1/notifications/test")
        path = path.replace("{notification_id}", made.json()["id"])
    path = path.format(kind="product", channel="live")
    before = wire.turns
    answer = await person.call(method, path, **request)
    assert answer.is_success, answer.text
    return wire.turns - before
