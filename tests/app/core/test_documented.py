"""Whatever an operation may answer stands in its document; `FromAnywhere` looks at each answer of the run."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient

from app.core import bounds
from app.core.idempotency.unit import Idempotency
from tests.app.core.documented import answer_of, answers_of, operations

pytestmark = pytest.mark.anyio

ID = "0198f000-0000-7000-8000-000000000000"
PLACES = {"session_id": ID, "notification_id": ID, "kind": "product", "channel": "live"}
TOO_MUCH = b" " * (bounds.BODY_BYTES + 1)


async def fail(*_: object) -> None:
    """Do what no operation should."""
    raise RuntimeError


async def hang(*_: object) -> None:
    """Come to no end."""
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("answer", "body", "inside"),
    [
        ("413 payload-too-large", TOO_MUCH, None),
        ("500 internal-error", b"", fail),
        ("503 unavailable", b"", hang),
    ],
)
async def test_what_any_operation_may_answer_is_said_of_each(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    body: bytes,
    inside: Callable[..., Awaitable[None]] | None,
) -> None:
    """Whatever is inside of the bounds: too large for it, failing, and too slow."""
    monkeypatch.setattr(bounds, "SECONDS", 0.01)
    if inside:
        monkeypatch.setattr(Idempotency, "__call__", inside)
    for method, template in operations():
        path = template.format(**PLACES)
        assert answer_of(await client.request(method, path, content=body)) == answer, path
        assert answer in (answers_of(method, path) or ()), path


@pytest.mark.parametrize("path", ["/nowhere", "/docs", f"/v1/notifications/{ID}/preferences"])
async def test_what_is_no_operation_has_nothing_said_of_it(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code in {200, 404}
    assert answers_of("GET", path) is None


async def test_an_answer_that_the_document_leaves_out_is_seen(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def teapot(*arguments: object) -> None:
        *_, send = arguments
        assert callable(send)
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(Idempotency, "__call__", teapot)
    with pytest.raises(AssertionError, match="GET /livez answers 418"):
        await client.get("/livez")
