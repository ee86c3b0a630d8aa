"""When the time of a hook is over: the work is given up in good order, so that what it found out is kept."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class OutOfTimeError(Exception):
    """The alarm went. No OSError, as TimeoutError is: whoever reads a file would take it for a bad disk."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise OutOfTimeError when it takes too long; the alarm around it goes on meanwhile.

    Args:
        seconds: How long it may take; no longer than the alarm before would have let it.
    """
    before, begun = signal.signal(signal.SIGALRM, _out_of_time), time.monotonic()
    rest = signal.alarm(seconds)
    if 0 < rest < seconds:
        signal.alarm(rest)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.alarm(max(1, rest - math.floor(time.monotonic() - begun)) if rest else 0)


def give_up_in_order(grace: float) -> None:
    """Let the alarm raise OutOfTimeError instead of killing; it kills whoever is not done after that.

    Args:
        grace: Seconds to put down what is known.
    """

    def out_of_time(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, grace)
        _out_of_time(number, frame)

    signal.signal(signal.SIGALRM, out_of_time)


def _out_of_time(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise OutOfTimeError
