"""Exceptions that a person made in the code: `# specward: allow SW603 -- the report runs over all tenants`.

At the end of a line the comment speaks for that line, alone on a line for the next line of code, and among
the comments at the head of a file for the whole file.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.code.comments import read_comments
from specward.patterns import pattern

_MARK = "specward:"
_ALLOW = pattern(
    r"(?P<open>#+|//+|--+|;+|/\*|<!--|\{#)[ \t]*specward:[ \t]*allow\b[ \t:]*"
    r"(?P<codes>SW\d+(?:[ \t]*,[ \t]*SW\d+)*)?[ \t]*(?:--[ \t]*(?P<reason>.*?))?[ \t]*(?:\*/|-->|#\})?[ \t]*$"
)
_COMMENT_ONLY = pattern(r"[ \t]*(?:#|//|--|;|/\*|<!--|\{#|\*)")
WHOLE_FILE = 0


class Suppression(NamedTuple):
    """One exception as written."""

    codes: tuple[str, ...]  # empty: the comment names none
    reason: str  # empty: it gives none
    line: int  # where it is written
    column: int
    target: int  # the line it speaks for; WHOLE_FILE at the head of a file

    def covers(self, code: str, line: int) -> bool:
        """Whether it excuses a finding of this code on this line. Without a reason it excuses nothing."""
        return bool(self.reason) and code in self.codes and self.target in (WHOLE_FILE, line)


def parse_suppressions(text: str, *, python: bool) -> tuple[Suppression, ...]:
    """Find the exceptions written in a file; in Python, those inside of strings are none."""
    if _MARK not in text:
        return ()
    lines = text.split("\n")
    comments = _python_comments(text) if python else None
    head = read_comments(text).end
    return tuple(_suppressions(lines, head, comments))


def _suppressions(lines: list[str], head: int, comments: set[int] | None) -> Iterator[Suppression]:
    for number, raw in enumerate(lines, start=1):
        match = _ALLOW.search(raw.rstrip("\r")) if _MARK in raw else None
        if match is None or (comments is not None and number not in comments):
            continue
        alone = not raw[: match.start()].strip()
        yield Suppression(
            tuple(re.findall(r"SW\d+", match["codes"] or "")),
            (match["reason"] or "").strip(),
            number,
            match.start() + 1,
            _target(lines, number, head) if alone else number,
        )


def _target(lines: list[str], number: int, head: int) -> int:
    """Return the line that a comment alone on its line speaks for."""
    if number <= head:
        return WHOLE_FILE
    following = range(number, len(lines))
    code = (
        index + 1 for index in following if lines[index].strip() and not _COMMENT_ONLY.match(lines[index])
    )
    return next(code, number)


def _python_comments(text: str) -> set[int] | None:
    """Return the lines with a real comment; None where the file does not parse, and every mark counts."""
    import io  # noqa: PLC0415  # 4 ms that only a file with a mark needs
    import tokenize  # noqa: PLC0415

    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT and _MARK in token.string}
