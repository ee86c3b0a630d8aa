"""
[Task]: T-084
[From]: speckit.plan §6.3
[Description]: Learns that the process is to end before the server waits for its requests.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_termination(callback: Callable[[], None]) -> Iterator[None]:
    """Run a callback in the loop as soon as the server is told to end.

    A server ends the lifespan only when every request is answered, and a stream never is. ASGI has no word
    for it, so the signal is taken first and then handed to the server. Where none handles it, nothing is set.
    """
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                stack.enter_context(_before(number, callback, asyncio.get_running_loop()))
        yield


@contextmanager
def _before(
    number: signal.Signals, callback: Callable[[], None], loop: asyncio.AbstractEventLoop
) -> Iterator[None]:
    server = signal.getsignal(number)
    if not callable(server):
        yield
        return

    def handle(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        server(received, frame)

    signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, server)
