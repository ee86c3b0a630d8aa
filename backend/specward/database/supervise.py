"""Runs a command as a child and stands between it and the signals."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType

from specward.errors import CouldNotRunError

PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2)


def leave_when_told() -> None:
    """Turn a request to end into SystemExit, so that what must be cleaned up is."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def supervise(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command` to its end, passing signals on to it.

    Returns:
        Its exit code, or as a shell has it 128 and the number of the signal that ended it.

    Raises:
        CouldNotRunError: there is no such command.
    """
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 -- the user's own command
    except OSError as error:
        raise CouldNotRunError(f"{command[0]} cannot be run: {error.strerror}.") from error

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # The terminal has interrupted the child itself; uvicorn takes a second interrupt for impatience.
        if number != signal.SIGINT or not _in_foreground():
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in PASSED_ON}
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _in_foreground() -> bool:
    """Whether a terminal sends its interrupts to us and our child."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
