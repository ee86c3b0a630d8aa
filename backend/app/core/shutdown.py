"""
[Task]: T-003
[From]: speckit.plan §6.3
[Description]: A way out that loses nothing: not ready first, then the server stops to listen.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def announced_shutdown(delay: float) -> Iterator[asyncio.Event]:
    """Come between SIGTERM and the server, which would stop to listen at once.

    A server that handles the signal by other means than `signal.signal` is left alone.

    Args:
        delay: Seconds to go on serving, so that a balancer that asks for readiness sends nobody any more.

    Yields:
        What is set as soon as the end is near. Readiness and streams look at it.
    """
    draining = asyncio.Event()
    servers_own = signal.getsignal(signal.SIGTERM)
    if not callable(servers_own):
        yield draining
        return
    loop = asyncio.get_running_loop()

    def begin(number: int, frame: FrameType | None) -> None:
        def end() -> None:
            servers_own(number, frame)

        loop.call_soon_threadsafe(draining.set)
        loop.call_soon_threadsafe(loop.call_later, delay, end)

    signal.signal(signal.SIGTERM, begin)
    try:
        yield draining
    finally:
        signal.signal(signal.SIGTERM, servers_own)
