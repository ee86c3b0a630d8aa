"""The command line: finds the command and imports that one alone.

Each module of `commands` holds a SUMMARY, `add_arguments(parser)` and `run(options) -> exit code`. This is
argparse and no larger library on purpose: `check` promises an answer within 0.3 s; typer takes all of that to
start, because it imports pydantic.
"""

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
        sys.exit(_run(sys.argv[1:]))
    except CouldNotRunError as error:
        sys.stderr.write(f"specward: {error}\n")
        sys.exit(COULD_NOT_RUN)
    except BrokenPipeError:  # whoever read has gone, as `head` does; what is still buffered has no reader
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)  # as a shell has it: 128 + SIGPIPE
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell has it: 128 + SIGINT


def _run(arguments: Sequence[str]) -> int:
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        _top_level().parse_args(arguments or ["--help"])
    command = _load(name)
    parser = ArgumentParser(prog=f"specward {name}", description=command.SUMMARY, allow_abbrev=False)
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments[1:]))


def _top_level() -> ArgumentParser:
    parser = ArgumentParser(prog="specward", description="Makes specifications binding for coding agents.")
    parser.add_argument("--version", action="version", version=f"specward {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        commands.add_parser(name, help=_load(name).SUMMARY)
    return parser


def _load(name: str) -> Command:
    return cast("Command", import_module(f"specward.commands.{name.replace('-', '_')}"))
