"""`specward explain`: what a rule holds, why, an example of each kind, and how to make an exception."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import groupby

from specward.errors import CouldNotRunError
from specward.rules.explanation import explanation
from specward.rules.registry import FAMILIES, Entry, entries

SUMMARY = "Explain a rule: what it checks, why, and how to satisfy it."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="a rule such as SW101 (default: list them all)"
    )


def run(options: Namespace) -> int:
    """Print one rule, or the list of all.

    Raises:
        CouldNotRunError: there is no such rule; the sentence names the nearest.
    """
    text = "\n".join(_overview()) + "\n" if options.code is None else explanation(_find(options.code.upper()))
    sys.stdout.write(text)
    return 0


def _find(code: str) -> Entry:
    by_code = {entry.code: entry for entry in entries()}
    if code in by_code:
        return by_code[code]
    nearest = get_close_matches(code, by_code, n=3, cutoff=0.6)
    advice = f"Did you mean {' or '.join(nearest)}?" if nearest else "`specward explain` lists them all."
    raise CouldNotRunError(f"There is no rule {code}. {advice}")


def _overview() -> Iterator[str]:
    for family, members in groupby(entries(), key=lambda entry: entry.code[:3]):
        yield FAMILIES[family]
        yield from (f"  {entry.code}  {entry.load().SUMMARY}" for entry in members)
        yield ""
    yield "`specward explain SW101` tells more about one."
