"""A loopback proxy that counts network round trips between a client and PostgreSQL or PgBouncer.

A turn is a burst from the client followed by an answer: what costs one network distance, however many
messages travel in it. It is counted where it happens, on the wire, so no driver's idea of its own traffic
is believed. Connecting is not counted: a pool pays for it once. The proxy declines TLS itself.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from specward.database.server import HOST
from tests.servers.urls import through

CHUNK = 65536

# The request codes of a first packet that asks for encryption; the answer is one byte (protocol 3.0,
# 54.2.10).
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
# Notice, parameter status, notification: what a server says unasked.
UNASKED = frozenset(b"NSA")


class Target(NamedTuple):
    """Where a proxy leads to."""

    port: int
    host: str = HOST
    encryption: ssl.SSLContext | None = None  # asked of the server, where there is one


class Wire:
    """One proxy: where it listens, what it counts. Made by `wire_to`."""

    def __init__(self, latency: float) -> None:
        self.port = 0
        self.latency = latency  # seconds added to each turn; may be changed at any time
        self.turns = 0  # of all connections, ever
        self.report: dict[str, int] = {}  # turns by the name of the block they fell into

    def via(self, url: str) -> str:
        """Return `url` led through this proxy."""
        return through(url, self.port)

    @contextmanager
    def block(self, name: str) -> Iterator[Callable[[], int]]:
        """Count the turns of a block under `name`; the value tells how many there were so far."""
        before = self.turns

        def count() -> int:
            return self.turns - before

        try:
            yield count
        finally:
            self.report[name] = count()


@contextmanager
def wire_to(target: int | Target, latency: float = 0.0) -> Iterator[Wire]:
    """Run a proxy to PostgreSQL or PgBouncer while the context lasts.

    Args:
        target: where it listens; a port alone is one of this machine.
        latency: seconds to add to each turn, half on the way there and half on the way back.
    """
    wire = Wire(latency)
    end = Target(target) if isinstance(target, int) else target
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stopped = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(_serve(wire, end, started, stopped)), name="wire", daemon=True
    )
    thread.start()
    started.wait()
    try:
        yield wire
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()


async def _serve(wire: Wire, target: Target, started: threading.Event, stopped: asyncio.Event) -> None:
    connections: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            with closing(writer):
                await _Connection(wire).run(target, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # a client or a server that goes away is for the other side to notice; so is our end
        finally:
            connections.discard(task)

    server = await asyncio.start_server(accept, HOST, 0)
    wire.port = server.sockets[0].getsockname()[1]
    started.set()
    await stopped.wait()
    server.close()
    await asyncio.sleep(0)  # who was accepted just now begins, so that it can end too
    for task in connections:
        task.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


class _Connection:
    """One client's connection: two pumps, and the state between them that makes a turn."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.asked = False
        self.frames = _Frames()
        self.ready = False  # the first ReadyForQuery ends connecting

    async def run(
        self, target: Target, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        first = await _decline_encryption(client, to_client)
        server, to_server = await _reach(target)
        with closing(to_server):  # whatever our end interrupts, the waiting for the pumps below included
            to_server.write(first)
            pumps = [
                asyncio.create_task(self.pump(client, to_server, self.from_client)),
                asyncio.create_task(self.pump(server, to_client, self.from_server)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)

    async def pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, seen: Callable[[bytes], None]
    ) -> None:
        """Pass bytes on in order, each chunk when it is due: latency must not cost throughput."""
        loop = asyncio.get_running_loop()
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                when, chunk = await due.get()
                await asyncio.sleep(when - loop.time())
                target.write(chunk)
                await target.drain()
                due.task_done()

        delivery = asyncio.create_task(deliver())
        try:
            while chunk := await source.read(CHUNK):
                seen(chunk)
                due.put_nowait((loop.time() + self.wire.latency / 2, chunk))
            await due.join()
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    def from_client(self, _chunk: bytes) -> None:
        self.asked = True

    def from_server(self, chunk: bytes) -> None:
        for kind in self.frames.kinds(chunk):
            if self.ready and self.asked and kind not in UNASKED:
                self.asked = False
                self.wire.turns += 1
            elif kind == ord("Z") and not self.ready:
                self.ready, self.asked = True, False


class _Frames:
    """Cuts the server's bytes into messages: a kind, a length that counts itself, a body."""

    def __init__(self) -> None:
        self.rest = b""

    def kinds(self, chunk: bytes) -> Iterator[int]:
        """Yield the kinds of the messages that begin in what has come so far and are whole."""
        data, place = self.rest + chunk, 0
        while len(data) >= place + 5:
            end = place + 1 + int.from_bytes(data[place + 1 : place + 5])
            if end > len(data):
                break
            yield data[place]
            place = end
        self.rest = data[place:]


async def _decline_encryption(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> bytes:
    """Return the client's first packet that is no request for encryption."""
    while True:
        length = await client.readexactly(4)
        body = await client.readexactly(int.from_bytes(length) - 4)
        if int.from_bytes(body[:4]) not in {SSL_REQUEST, GSS_REQUEST}:
            return length + body
        to_client.write(b"N")


async def _reach(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(target.host, target.port)
    try:
        if target.encryption:
            await _encrypt(reader, writer, target.encryption, target.host)
    except BaseException:
        writer.close()
        raise
    return reader, writer


async def _encrypt(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext, host: str
) -> None:
    writer.write((8).to_bytes(4) + SSL_REQUEST.to_bytes(4))
    if await reader.readexactly(1) == b"S":
        await writer.start_tls(context, server_hostname=host)
