"""Comments that keep a linter or a type checker quiet without saying enough: `# noqa`, `# type: ignore`.

One that names what it silences says enough with its reason: in the same comment, or in those right above it.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import NamedTuple

# Most files have none of these, and then the patterns, which take their time, are not compiled.
_MARKS = ("noqa", "ignore", "disable", "skip-file", "mypy", "pyright")
_CODES = r"[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*"
_SILENCER = rf"""\#\s*(?:
    (?P<lint>
        (?:(?:ruff|flake8)\s*:\s*)? noqa \b (?:\s*:\s*(?P<noqa>{_CODES}))?
      | ruff\s*:\s*(?:file-)?(?:disable|ignore) \b (?:\s*\[(?P<ruff>[^\]]+)\])?
      | pylint\s*:\s*(?:skip-file | disable(?:-next)?\s*=\s*(?:all\b | (?P<pylint>[\w-]+(?:\s*,\s*[\w-]+)*)))
    )
  | (?P<types>
        (?:type|pyright|ty)\s*:\s*ignore \b (?:\s*\[(?P<ignored>[^\]]+)\])?
      | pyright\s*:\s*(?:basic\b | standard\b | (?P<pyright>report\w+\s*=\s*\w+))
      | mypy\s*:\s*(?:ignore[-_]errors(?:\s*=\s*True)? | (?P<mypy>[\w-]+(?:\s*=\s*[^\s\#]+)?))
    ))"""
_NAMED = ("noqa", "ruff", "pylint", "ignored", "pyright", "mypy")  # the groups that name what is silenced
_STRING = r""""(?:[^"\\\n]+|\\.)*"?|'(?:[^'\\\n]+|\\.)*'?"""
_LONG_STRING = r"""(?P<quotes>"{3}|'{3})(?:[^\\"']+|\\.|(?!(?P=quotes)).)*(?P=quotes)?"""
_TOKEN = rf"{_LONG_STRING}|{_STRING}|(?P<comment>\#[^\n\r]*)"
_WORD = r"[^\W\d_]{2}"


class Silencer(NamedTuple):
    """One such comment."""

    tool: str  # whom it silences: "lint" or "types"
    text: str  # without what else the comment says
    line: int
    column: int
    blanket: bool  # whether it silences everything, what is to come included


def parse_silencers(text: str) -> tuple[Silencer, ...]:
    """Find the comments of a Python file that silence everything, or something without a reason."""
    folded = text.lower()
    if not any(mark in folded for mark in _MARKS) or not _silencer().search(text):
        return ()
    return tuple(_silencers(text))


@cache
def _silencer() -> re.Pattern[str]:
    return re.compile(_SILENCER, re.VERBOSE | re.IGNORECASE)


def _silencers(text: str) -> Iterator[Silencer]:
    lines = text.split("\n")
    for start, comment in _comments(text):
        matches = list(_silencer().finditer(comment))
        if not matches:
            continue
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        above = takewhile(_is_comment, map(str.lstrip, reversed(lines[: line - 1])))
        reasoned = any(map(_says_something, (comment, *above)))
        for match in matches:
            blanket = not any(match[name] for name in _NAMED)
            if blanket or not reasoned:
                tool = "lint" if match["lint"] else "types"
                yield Silencer(tool, match[0], line, column + match.start(), blanket)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Give the comments, each with where it starts. A tokenizer takes fifty times as long."""
    return (
        (found.start(), found["comment"])
        for found in re.finditer(_TOKEN, text, re.DOTALL)
        if found["comment"]
    )


def _says_something(comment: str) -> bool:
    return re.search(_WORD, _silencer().sub("", comment)) is not None


def _is_comment(raw: str) -> bool:
    return raw.startswith("#")
