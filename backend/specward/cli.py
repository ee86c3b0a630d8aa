"""The command line: finds the command and imports that one alone.

Each module of `commands` holds a SUMMARY, `add_arguments(parser)` and `run(options) -> exit code`. This is
argparse and no larger library on purpose: `check` promises an answer within 0.3 s; typer takes all of that to
start, because it imports pydantic.
"""

import errno
import io
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from specward import __version__
from specward.errors import CouldNotRunError

COULD_NOT_RUN = 2
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # what a write is refused with
COMMANDS = (
    *("init", "check", "task", "approve", "record", "report", "explain"),
    *("data-model", "database", "prove", "hook", "mcp"),
)


class Command(Protocol):
    """What a module of `commands` holds."""

    SUMMARY: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare its options."""

    def run(self, options: Namespace) -> int:
        """Do it, and return the exit code."""


def main() -> None:
    """Run the command line and leave with its exit code: 0 clean, 1 findings, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):  # a path may hold bytes that no encoding can print
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run_and_write(sys.argv[1:]))
    except CouldNotRunError as error:
        sys.stderr.write(f"specward: {error}\n")
        sys.exit(COULD_NOT_RUN)
    except BrokenPipeError:  # whoever read has gone, as `head` does
        _forget_output()
        sys.exit(141)  # as a shell has it: 128 + SIGPIPE
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        _forget_output()
        sys.stderr.write(f"specward: The output cannot be written: {error.strerror}.\n")
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell has it: 128 + SIGINT


def _run_and_write(arguments: Sequence[str]) -> int:
    """Run, and see to it that all that was said has left before the interpreter ends."""
    if sys.stdout is None:  # what Python has where the descriptor is closed
        raise CouldNotRunError("There is nowhere to write to: standard output is closed.")
    try:
        return _run(arguments)
    finally:
        sys.stdout.flush()


def _forget_output() -> None:
    """Lead standard output to nowhere: what is still buffered would fail once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str]) -> int:
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        _top_level().parse_args(arguments or ["--help"])
    command = _load(name)
    parser = ArgumentParser(prog=f"specward {name}", description=command.SUMMARY, allow_abbrev=False)
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments[1:]))


def _top_level() -> ArgumentParser:
    parser = ArgumentParser(
        prog="specward",
        description="Makes specifications binding for coding agents.",
        epilog="Exit codes: 0 all is well, 1 something was found, 2 it could not run and says why.",
    )
    parser.add_argument("--version", action="version", version=f"specward {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        commands.add_parser(name, help=_load(name).SUMMARY)
    return parser


def _load(name: str) -> Command:
    return cast("Command", import_module(f"specward.commands.{name.replace('-', '_')}"))
