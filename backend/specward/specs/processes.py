"""Documents read on all processors. Its imports take 20 ms, so it is imported where there is much to read."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, parent_process
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def read_at_once(
    read: Callable[..., T], sources: Iterable[tuple[object, ...]], meanwhile: Callable[[], object]
) -> list[T]:
    """Read sources, each in whichever process is free.

    Args:
        read: A function of a module, which takes a source's fields.
        sources: What is to be read.
        meanwhile: What this process does while the others read.

    Returns:
        What was read, in the order of the sources.
    """
    with ProcessPoolExecutor(initializer=_end_with_parent) as pool:
        begun = [pool.submit(read, *source) for source in sources]
        try:
            meanwhile()
            return [reading.result() for reading in begun]
        finally:
            for reading in begun:  # those that have not begun, where this run is broken off
                reading.cancel()


def _end_with_parent() -> None:
    """Have this process end when the one that asked is killed, as a hook is by its alarm.

    It would wait for more to do, for ever, and hold the output on which the hook's client waits.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
