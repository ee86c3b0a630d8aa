"""When the time of a hook is over: the work is given up in good order, so that what it found out is kept."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class OutOfTimeError(Exception):
    """The alarm went. No OSError, as TimeoutError is: whoever reads a file would take it for a bad disk."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise OutOfTimeError when it takes too long; what the alarm did before, it does again."""
    before = signal.signal(signal.SIGALRM, _out_of_time)
    rest = signal.alarm(seconds)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.alarm(rest)


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
