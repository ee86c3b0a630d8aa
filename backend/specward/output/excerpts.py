"""The line of source that a finding is about, fit for a terminal, with a mark under the place."""

import unicodedata
from typing import NamedTuple

from specward.patterns import pattern

WIDTH = 96
_CONTROL = pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WORD = pattern(r"[\w.§/-]+")


class Excerpt(NamedTuple):
    """One source line and the mark below it, of the same width on a terminal."""

    text: str
    mark: str


def printable(text: str) -> str:
    """Make text from a repository harmless for a terminal: control and direction characters are spelt out."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


def excerpt(text: str, line: int, column: int) -> Excerpt | None:
    """Cut the place out of a file's text; None where the file has no such line, or nothing stands on it.

    Args:
        text: The whole file.
        line: From 1.
        column: From 1, in characters; past the end of the line it marks the end.
    """
    lines = text.split("\n", line)
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return None
    raw = lines[line - 1].rstrip("\r\n").expandtabs(1)
    start = min(column - 1, len(raw.rstrip()) - 1)
    start = max(start, len(raw) - len(raw.lstrip()))
    word = _WORD.match(raw, start)
    end = word.end() if word else start + 1
    shift = 0 if len(raw) <= WIDTH or end < WIDTH else max(0, min(start - 20, len(raw) - WIDTH))
    end = min(end, shift + WIDTH)
    before, marked, after = (
        printable(part) for part in (raw[shift:start], raw[start:end], raw[end : shift + WIDTH])
    )
    return Excerpt(f"{before}{marked}{after}".rstrip(), " " * _width(before) + "^" * max(1, _width(marked)))


def _width(text: str) -> int:
    """Count terminal cells: East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
