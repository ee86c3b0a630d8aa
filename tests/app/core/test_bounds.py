"""How large a request may be, how long it may take, and what comes with every answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient

from app.core import bounds
from app.main import create_app
from specward.database.provision import Urls
from tests.app.conftest import Person, running, settings_for

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
ORIGIN = "https://app.example.com"


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    """A body whose length is not announced."""
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.mark.parametrize("path", ["/v1/auth/register", "/v1/profile", "/livez", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_announced_body_that_is_too_large(client: AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, content=b" " * (bounds.BODY_BYTES + 1), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/payload-too-large")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_turns_out_too_large(client: AsyncClient) -> None:
    answer = await client.post("/v1/auth/register", content=in_chunks(bounds.BODY_BYTES + 1024), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/payload-too-large")


async def test_the_largest_body_that_may_be(client: AsyncClient) -> None:
    for content in (b" " * bounds.BODY_BYTES, in_chunks(bounds.BODY_BYTES)):
        answer = await client.post("/v1/auth/register", content=content, headers=JSON)
        assert answer.json()["type"] == "/problems/invalid-request"


async def test_a_request_that_takes_too_long_is_given_up(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.01)
    given_up = asyncio.Event()

    @app.get("/forever")
    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    answer = await client.get("/forever")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert given_up.is_set()


async def test_a_stream_may_take_longer(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.01)

    async def events() -> AsyncIterator[bytes]:
        for number in range(3):
            await asyncio.sleep(0.02)
            yield f"data: {number}\n\n".encode()

    @app.get("/events")
    async def stream() -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    assert (await client.get("/events")).text.count("data:") == 3


async def test_an_answer_that_goes_on_may_take_longer(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it goes on: where nothing more comes in time, it is cut off."""
    monkeypatch.setattr(bounds, "SECONDS", 0.2)

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(4):
            await asyncio.sleep(0.1)
            yield str(number).encode()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.Event().wait()

    @app.get("/pieces")
    async def long() -> StreamingResponse:
        return StreamingResponse(pieces())

    @app.get("/stalling")
    async def stalls() -> StreamingResponse:
        return StreamingResponse(stalling())

    assert (await client.get("/pieces")).text == "0123"
    assert (await client.get("/stalling")).text == "begun"


async def test_an_error_of_time_that_is_not_ours_is_our_fault(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/gives-up")
    async def gives_up() -> None:
        raise TimeoutError

    assert (await client.get("/gives-up")).status_code == 500


@pytest.mark.parametrize("path", ["/livez", "/v1/profile", "/nowhere", "/docs", "/boom"])
async def test_the_headers_of_every_answer(app: FastAPI, client: AsyncClient, path: str) -> None:
    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError

    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


async def test_what_may_be_cached_says_so(client: AsyncClient) -> None:
    answer = await client.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"


async def test_https_alone_outside_development(database: Urls) -> None:
    settings = settings_for(database.app).model_copy(update={"environment": "production"})
    async with running(create_app(settings)) as client:
        assert "max-age=63072000" in (await client.get("/livez")).headers["strict-transport-security"]


async def test_cors_is_closed(alice: Person) -> None:
    answer = await alice.call("GET", "/v1/profile", headers={"Origin": ORIGIN})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    assert (await alice.client.options("/v1/profile", headers=preflight)).status_code == 405


async def test_every_header_of_the_contract_may_come_from_another_origin(database: Urls) -> None:
    """Also that of a stream which goes on: a page that sends a token reads it by fetch."""
    settings = settings_for(database.app).model_copy(update={"cors_origins": (ORIGIN,)})
    app = create_app(settings)
    operations = [each for item in app.openapi()["paths"].values() for each in item.values()]
    parameters = [each for operation in operations for each in operation.get("parameters", ())]
    names = {each["name"] for each in parameters if each["in"] == "header"}
    assert "Last-Event-ID" in names
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    async with running(app) as client:
        for name in names:
            headers = {**asked, "Access-Control-Request-Headers": name}
            assert (await client.options("/v1/profile", headers=headers)).status_code == 200, name


async def test_cors_opens_for_the_origins_of_the_settings(database: Urls) -> None:
    settings = settings_for(database.app).model_copy(update={"cors_origins": (ORIGIN,)})
    preflight = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "If-Match"}
    async with running(create_app(settings)) as client:
        ours = await client.options("/v1/profile", headers={**preflight, "Origin": ORIGIN})
        others = await client.options("/v1/profile", headers={**preflight, "Origin": "https://evil.example"})
    assert others.headers["content-type"] == "application/problem+json"
    assert others.json()["type"] == "/problems/invalid-request"
    assert ours.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in ours.headers
    assert "access-control-allow-origin" not in others.headers


async def test_every_header_of_the_answers_may_be_read_by_another_origin(database: Urls) -> None:
    """Those that browsers hand to every page aside."""
    settings = settings_for(database.app).model_copy(update={"cors_origins": (ORIGIN,)})
    app = create_app(settings)
    answers = [
        answer
        for item in app.openapi()["paths"].values()
        for operation in item.values()
        for answer in operation["responses"].values()
    ]
    names = {name for answer in answers for name in answer.get("headers", ())} - {"Cache-Control"}
    async with running(app) as client:
        headers = (await client.get("/v1/profile", headers={"Origin": ORIGIN})).headers
    assert set(headers["access-control-expose-headers"].split(", ")) == names


async def test_a_page_of_a_known_origin_may_read_that_we_failed(
    database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a browser tells it nothing, not even the id to ask us about."""
    app = create_app(settings_for(database.app).model_copy(update={"cors_origins": (ORIGIN,)}))
    monkeypatch.setattr("app.core.runtime.AccessTokens.verify", None)
    async with running(app) as client:
        headers = {"Origin": ORIGIN, "Authorization": "Bearer x"}
        failed = await client.get("/v1/account", headers=headers)
    assert (failed.status_code, failed.json()["type"]) == (500, "/problems/internal-error")
    assert failed.headers["access-control-allow-origin"] == ORIGIN
