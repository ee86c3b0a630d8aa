"""`specward hook`: answer one event of Claude Code, where a hook cannot start the gate's script itself."""

from argparse import ArgumentParser, Namespace

from specward.agent.fast import main
from specward.errors import CouldNotRunError

SUMMARY = "Answer one event of Claude Code on standard input (hooks run it, not people)."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "part", nargs="?", default="1", help="which part of a long answer to give (default: 1)"
    )


def run(options: Namespace) -> int:
    """Answer; 2 is a refusal.

    Raises:
        CouldNotRunError: what was read is no event, or something broke.
    """
    try:
        return main([options.part])
    except Exception as error:  # a gate that breaks must refuse, whatever broke
        reason = f"{type(error).__name__}: {error}"
        raise CouldNotRunError(f"this could not be checked, so it is refused: {reason}.") from error
