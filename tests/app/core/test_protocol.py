"""Over a socket: what stands before a body has an end, and comes in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from app.core import protocol
from app.core.protocol import BoundedHttp

pytestmark = pytest.mark.anyio

HEAD = b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n"
MUCH = 64 * 1024 * 1024  # more than all buffers on the way
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, or without waiting for one."""
    if scope["path"] == "/slowly":
        await asyncio.sleep(0.3)
    if scope["path"] == "/much":
        await PlainTextResponse("x" * MUCH)(scope, receive, send)
        return
    if scope["path"] == "/header":
        await Request(scope, receive).body()
        told = Headers(scope=scope).get("X-Told", "nothing")
        await PlainTextResponse(told)(scope, receive, send)
        return
    at_once = scope["path"] in {"/done", "/slowly"}
    body = "done" if at_once else (await Request(scope, receive).body()).decode()
    await PlainTextResponse(body)(scope, receive, send)


@asynccontextmanager
async def connected() -> AsyncIterator[Connection]:
    """A connection to a server that has the protocol."""
    config = Config(echo, http=BoundedHttp, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    serving = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(config, state, {}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*serving.sockets[0].getsockname())
    yield reader, writer
    writer.close()
    serving.close()
    await serving.wait_closed()


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    async with connected() as connection:
        yield connection


async def told(connection: Connection, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send some parts; the answer, or what came until the connection ended."""
    reader, writer = connection
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        return head + await reader.readexactly(4)
    except asyncio.IncompleteReadError as cut:
        return cut.partial


def padded(size: int) -> bytes:
    """A head that is so large, and its body."""
    return HEAD + b"Padding: " + b"x" * (size - len(HEAD) - 20) + b"\r\n\r\nbody"


async def test_one_request_after_the_other(connection: Connection) -> None:
    for _ in range(3):
        answer = await told(connection, padded(30_000))
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"body")


async def test_a_head_that_is_too_large_at_once(connection: Connection) -> None:
    assert (await told(connection, padded(protocol.HEAD_BYTES + 100))).startswith(b"HTTP/1.1 431")
    await connection[0].read()  # to the end, which comes


@pytest.mark.parametrize(
    ("sent", "answered", "kind"),
    [
        (b"no HTTP\r\n\r\n", "400 Bad Request", "invalid-request"),
        (padded(protocol.HEAD_BYTES + 100), "431 Request Header Fields Too Large", "head-too-large"),
        (HEAD + b"Padding: " + b"x" * 33_000, "431 Request Header Fields Too Large", "head-too-large"),
    ],
    ids=["no HTTP", "too large", "too large and not at its end"],
)
async def test_what_is_no_request_gets_a_problem_document(
    connection: Connection, sent: bytes, answered: str, kind: str
) -> None:
    """With the headers of every answer, and nothing of what was sent."""
    reader, writer = connection
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    problem = json.loads(body)
    assert status == f"HTTP/1.1 {answered}"
    assert (problem["type"], problem["status"]) == (f"/problems/{kind}", int(answered[:3]))
    assert headers["content-type"] == "application/problem+json"
    assert (headers["connection"], headers["cache-control"]) == ("close", "no-store")
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(body)
    assert "xxx" not in body.decode()


async def test_a_header_without_an_end(connection: Connection) -> None:
    parts = [HEAD, b"Padding: ", *[b"x" * 1_000] * 33]
    assert (await told(connection, *parts, pause=0.001)).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("begun", [b"G", HEAD])
async def test_a_head_that_does_not_come(
    begun: bytes, monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    assert (await told(connection, HEAD + b"\r\nbody")).startswith(b"HTTP/1.1 200")
    assert await told(connection, begun) == b""


async def test_a_connection_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    async with connected() as silent:
        assert await told(silent) == b""


async def test_a_body_may_take_longer(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    answer = await told(connection, HEAD + b"\r\n", b"bo", b"dy", pause=0.2)
    assert answer.endswith(b"body")


@pytest.mark.parametrize("path", [b"/", b"/done"], ids=["awaited", "answered without it"])
async def test_a_body_that_does_not_come(
    path: bytes, monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    """However slowly its client goes on with it: the connection ends."""
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.3)
    reader, writer = connection
    writer.write(HEAD.replace(b"/", path, 1).replace(b"4", b"400") + b"\r\n")
    ended = asyncio.create_task(reader.read())
    for _ in range(100):
        writer.write(b".")
        await asyncio.sleep(0.02)
        if ended.done():
            break
    assert ended.done()
    # A reset, where it has ended with something unread.
    assert isinstance(ended.exception(), ConnectionResetError | None)


CHUNKED = b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"4\r\nbody\r\n0\r\n"


@pytest.mark.parametrize(
    "begun", [CHUNKED + LAST_CHUNK + b"a: ", CHUNKED + b"4;a="], ids=["trailer", "chunk"]
)
async def test_what_is_no_body_and_does_not_end(begun: bytes, connection: Connection) -> None:
    parts = [begun, *[b"x" * 1_000] * 34]
    assert (await told(connection, *parts, pause=0.001)).startswith(b"HTTP/1.1 431")
    await connection[0].read()  # to the end, which comes


async def test_a_trailer_without_an_end_behind_an_answer(
    monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    """One request has one answer: the connection ends without another."""
    monkeypatch.setattr(protocol, "BODY_SECONDS", 3600.0)
    reader, writer = connection
    writer.write(CHUNKED.replace(b"/", b"/done", 1) + LAST_CHUNK + b"a: ")
    assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")
    writer.write(b"x" * 40_000)
    assert await reader.read() == b""


async def test_a_body_in_the_smallest_chunks(connection: Connection) -> None:
    """However much stands between them: not at a time."""
    chunks = b"1;a=bcdefghi\r\nx\r\n" * 8_000 + LAST_CHUNK + b"\r\n"
    reader, writer = connection
    writer.write(CHUNKED + chunks)
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(8_004) == b"x" * 8_000 + b"body"


async def test_a_trailer_field_is_no_header(connection: Connection) -> None:
    reader, writer = connection
    writer.write(CHUNKED.replace(b"/", b"/header", 1) + LAST_CHUNK)
    await asyncio.sleep(0.1)
    writer.write(b"X-Told: too late\r\n\r\n")
    assert (await reader.readuntil(b"nothing")).startswith(b"HTTP/1.1 200")


async def test_empty_lines_keep_no_connection(
    monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    assert (await told(connection, HEAD + b"\r\nbody")).startswith(b"HTTP/1.1 200")
    assert await told(connection, b"\r\n") == b""


async def test_a_stream_has_no_body_to_wait_for(
    monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.1)
    reader, writer = connection
    writer.write(b"GET /slowly HTTP/1.1\r\nHost: t\r\n\r\n")
    assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("hosts", [b"", b"Host: a\r\nHost: b\r\n"], ids=["none", "two"])
async def test_a_request_names_one_host(hosts: bytes, connection: Connection) -> None:
    """RFC 9112 §3.2: whoever passes it on may have taken the other one."""
    answer = await told(connection, b"GET /done HTTP/1.1\r\n" + hosts + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_request_of_old_needs_no_host(connection: Connection) -> None:
    assert (await told(connection, b"GET /done HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_a_client_that_does_not_read(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    """The connection is gone, with all that waits to be read."""
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.3)
    reader, writer = connection
    writer.write(b"GET /much HTTP/1.1\r\nHost: t\r\n\r\n")
    await asyncio.sleep(1)
    came = 0
    while came < MUCH and (piece := await reader.read(MUCH)):
        came += len(piece)
    assert came < MUCH


async def test_a_client_that_takes_its_time_to_read(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"GET /much HTTP/1.1\r\nHost: t\r\n\r\n")
    await asyncio.sleep(0.5)
    await reader.readuntil(b"\r\n\r\n")
    assert len(await reader.readexactly(MUCH)) == MUCH
