"""Which files a hook's command needs, and whether the command refuses when it fails."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from specward.patterns import pattern
from specward.wiring.client import DEAF_TO_ON_FAILURE
from specward.wiring.settings import Handler

_ROOT = pattern(r"\$(?:\{CLAUDE_PROJECT_DIR\}|CLAUDE_PROJECT_DIR\b)")
_EXITS_2 = re.compile(r"(?:\|\||;|&&|\{)\s*exit 2\b")
_SWALLOWS = pattern(r"(?:\|\||;)\s*(?:true|:|exit 0|echo)(?![\w-])")  # the shell then says that all is well
_SHELL_SYNTAX = pattern(r"\|\||&&|[|;<>]|\$\(|`")
_SCRIPT = (".py", ".sh", ".js", ".mjs", ".ts")


class Program(NamedTuple):
    """A file that a command needs."""

    path: str  # as it is written
    is_interpreter: bool  # the program itself, rather than the script that it is given
    exists: bool


def programs(handler: Handler, root: Path) -> tuple[Program, ...]:
    """Return the program of a command and the scripts in its arguments, as far as they are paths.

    A bare name (`python3`) is looked for on the PATH by the shell, which differs from machine to machine.

    Args:
        handler: a command hook.
        root: the repository root, which the client puts in CLAUDE_PROJECT_DIR.
    """
    return tuple(
        Program(word, first, os.path.exists(root / _ROOT.sub(str(root), word)))  # noqa: PTH110 (a NUL must not raise)
        for first, word in _paths(handler)
    )


def fails_closed(handler: Handler) -> bool:
    """Tell whether a call is refused when the hook cannot start, breaks, or takes too long.

    `onFailure: block` does it from client 2.1.295 on, but not for the stop events and never for asynchronous
    hooks; a shell command that ends in `|| exit 2` does it everywhere, and one with `|| true` nowhere.
    """
    if handler.asynchronous or (handler.arguments is None and _SWALLOWS.search(handler.command)):
        return False
    if handler.arguments is None and _EXITS_2.search(handler.command):
        return True
    return handler.blocks_on_failure and handler.event not in DEAF_TO_ON_FAILURE


def wrong_form(handler: Handler) -> str:
    """Return why a command cannot run as it is written; empty where it can."""
    if handler.arguments is None:
        try:
            words = shlex.split(handler.command)
        except ValueError:
            return "its quotes do not match"
        return "" if words else "it is empty"
    if _SHELL_SYNTAX.search(handler.command) or " " in handler.command.strip():
        return "with `args` no shell runs, so `command` must be one program and nothing else"
    other = next((word for word in handler.arguments if "$CLAUDE_PROJECT_DIR" in word), "")
    if other or "$CLAUDE_PROJECT_DIR" in handler.command:
        return "with `args` only the form ${CLAUDE_PROJECT_DIR} is replaced, not $CLAUDE_PROJECT_DIR"
    return ""


def _paths(handler: Handler) -> Iterator[tuple[bool, str]]:
    try:
        words = shlex.split(handler.command)
    except ValueError:
        return
    words = words if handler.arguments is None else [handler.command, *handler.arguments]
    for index, word in enumerate(words):
        if word in ("||", "&&", ";", "|"):
            return
        if "\0" not in word and "/" in word and (index == 0 or word.endswith(_SCRIPT)):
            yield index == 0, word
