"""`specward hook`: answer one event of Claude Code, where a hook cannot start the gate's script itself."""

from argparse import ArgumentParser, Namespace

from specward.agent.fast import main

SUMMARY = "Answer one event of Claude Code on standard input (hooks run it, not people)."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "part", nargs="?", default="1", help="which part of a long answer to give (default: 1)"
    )


def run(options: Namespace) -> int:
    """Answer; 2 is a refusal."""
    return main([options.part])
