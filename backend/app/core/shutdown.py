"""
[Task]: T-003, T-084
[From]: speckit.plan §6.3
[Description]: A way out that loses nothing: not ready and no streams first, then the server stops to listen.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def announced_shutdown(delay: float) -> Iterator[asyncio.Event]:
    """Come between the signals to end and the server, which would stop to listen at once.

    A server ends the lifespan only when every request is answered, and a stream never is. ASGI has no word
    for it, so a signal is taken first and then handed to the server. One that the server handles by other
    means than `signal.signal` is left alone.

    Args:
        delay: Seconds to go on serving, so that a balancer that asks for readiness sends nobody any more.

    Yields:
        What is set as soon as the end is near. Readiness and streams look at it.
    """
    draining = asyncio.Event()
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                stack.enter_context(_before_the_server(number, draining, delay))
        yield draining


@contextmanager
def _before_the_server(number: signal.Signals, draining: asyncio.Event, delay: float) -> Iterator[None]:
    servers_own = signal.getsignal(number)
    if not callable(servers_own) or servers_own is signal.default_int_handler:
        yield
        return
    loop = asyncio.get_running_loop()

    def begin(received: int, frame: FrameType | None) -> None:
        def end() -> None:
            servers_own(received, frame)

        loop.call_soon_threadsafe(draining.set)
        loop.call_soon_threadsafe(loop.call_later, delay, end)

    signal.signal(number, begin)
    try:
        yield
    finally:
        signal.signal(number, servers_own)
