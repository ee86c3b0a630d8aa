"""Clients that cost little themselves: each sends one request after another on a connection of its own."""

import asyncio
import re
import time
from functools import partial
from typing import cast

LENGTH = re.compile(rb"content-length: (\d+)")
END_OF_HEAD = b"\r\n\r\n"


class Client(asyncio.Protocol):
    """Asks again as soon as it is answered, until the time is over."""

    def __init__(self, request: bytes, end: float) -> None:
        self._request, self._end = request, end
        self._answer = b""
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
        self._taken: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        now = time.perf_counter()
        self._taken.append(now - self._asked)
        if now < self._end:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or time.perf_counter() < self._end:
            self.done.set_exception(exc or ConnectionError("The server closed the connection."))
        else:
            self.done.set_result(self._taken)

    def _ask(self) -> None:
        self._answer, self._asked = b"", time.perf_counter()
        self._transport.write(self._request)


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(END_OF_HEAD)
    if not end:
        return False
    status, length = head[9:12], LENGTH.search(head)
    if status not in {b"200", b"201"} or length is None:
        raise AssertionError(answer)
    return len(body) >= int(length[1])


async def ask(port: int, requests: list[bytes], seconds: float) -> list[float]:
    """Let one client for each request ask for a while, all at once.

    Returns:
        How long each answer took, in seconds.
    """
    end = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(partial(Client, request, end), "127.0.0.1", port))[1]
        for request in requests
    ]
    return [taken for part in await asyncio.gather(*(client.done for client in clients)) for taken in part]
