"""`specward check --watch`: check now, and again after each change, until Ctrl-C."""

import sys
from collections.abc import Callable
from pathlib import Path

from specward.code.watch import watch
from specward.errors import CouldNotRunError

_NAMED = 3  # changed files that are worth naming
_LINE = "─" * 40


def check_until_interrupted(root: Path, check: Callable[[], str]) -> int:
    """Print what a check says, whenever something has changed.

    Args:
        root: The repository's top.
        check: Makes the report; that it could not be made is said, and is no reason to stop watching.

    Returns:
        0, when the person has had enough.
    """
    try:
        for changed in watch(root):
            if changed:
                sys.stdout.write(f"\n{_LINE}\n{_named(changed)} changed\n")
            sys.stdout.write(_said(check))
            if not changed:
                sys.stdout.write("Watching for changes; Ctrl-C ends.\n")
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except CouldNotRunError as error:
        return f"specward: {error}\n"


def _named(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
