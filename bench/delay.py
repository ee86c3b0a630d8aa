"""A network distance to the database: a proxy in a process of its own that holds every byte back for a while.

Unlike `tests/servers/wire.py` it counts nothing, and so costs little enough to stand beside a load.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

HOST = "127.0.0.1"


@contextmanager
def delayed(port: int, milliseconds: float) -> Iterator[int]:
    """Run a proxy to a port of this machine while the context lasts; the value is its port."""
    command = [sys.executable, __file__, str(port), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class _End(asyncio.Protocol):
    """One end of a connection. What it receives goes out at the other end, half the distance later."""

    def __init__(self, half: float) -> None:
        self._half = half
        self._early: list[bytes] = []
        self.other: asyncio.Transport | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def lead_to(self, other: asyncio.Transport) -> None:
        self.other = other
        for data in self._early:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._early.append(data)
        else:
            asyncio.get_running_loop().call_later(self._half, _deliver, self.other, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the protocol's signature
        if self.other is not None:
            self.other.close()


def _deliver(transport: asyncio.Transport, data: bytes) -> None:
    if not transport.is_closing():
        transport.write(data)


async def _serve(port: int, half: float) -> None:
    loop = asyncio.get_running_loop()
    tasks = set()

    class Near(_End):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            task = loop.create_task(self.connect())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        async def connect(self) -> None:
            transport, far = await loop.create_connection(lambda: _End(half), HOST, port)
            far.lead_to(self.transport)
            self.lead_to(transport)

    server = await loop.create_server(lambda: Near(half), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 2000))
