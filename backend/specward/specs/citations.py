"""How people cite a specification: `speckit.specify §2.1, §2.2; plan.md §Errors`, and other shapes in use.

One grammar serves the `From` of a task and the `[From]` of a file's header. It knows no documents: whether a
citation leads anywhere is for `resolve` to say.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from specward.patterns import pattern
from specward.specs.ids import TO, between
from specward.specs.model import Citation, Place

# What § may carry besides a title: FR-003, NFR-2, FR-10a, US1/AC2; or a heading number.
ITEM_ID = r"[A-Z]{1,5}-?[A-Z]?\d{1,4}[a-z]?(?:\.\d+)*(?:/AC-?\d+)?"
_NUMBER = r"\d+(?:\.\d+)*"
_TOKEN = pattern(rf"(?:{ITEM_ID}|{_NUMBER})\b")
_RANGE = pattern(rf"({ITEM_ID}|{_NUMBER}){TO}({ITEM_ID}|{_NUMBER})")
_LINES = pattern(r"L?\d+\s*[-\u2013]\s*L?\d+|L\d+")

_FILE = r"@?[\w./@-]+\.(?:md|ya?ml|json|rst|txt)(?![\w/])"
_ALIAS = r"(?i:speckit\.[a-z-]+)"
_ROLE = (
    r"(?i:spec|specify|plan|tasks|data[- ]model|constitution)"
    rf"(?=$|\s*[§#]|\s+(?:{ITEM_ID}|{_NUMBER}|[IVX]+)\b)"
)
_DOCUMENT = pattern(rf"(?P<document>{_FILE}|{_ALIAS}|{_ROLE})(?P<rest>.*)", re.DOTALL)
_LEAD = pattern(r"\A(?:[\s/:#§\u2013\u2014-]|(?i:sections?)\b)*")
_ALSO = pattern(rf"\s*(?:/|,|&|\band\b)?\s*§\s*|\s+(?:/|&|and)\s+(?={ITEM_ID}|{_NUMBER})")
_RANGE_MARK = pattern(rf"({TO})§\s*")
_DIVIDER = pattern(r"[(),;\n]|\Z")
_END = pattern("\n")
_MARKUP = str.maketrans("`*", "  ")


class _Piece(NamedTuple):
    text: str
    start: int


def parse_citations(text: str, place: Place) -> tuple[Citation, ...]:
    """Read every citation of a text.

    A § without a document inherits the one before it; ranges (`§US1-US7`, `§2.1 to §2.3`) are written out;
    `path#FR-010` and `speckit.plan / Phase 2: Setup` are the same as §. What names no document at all is
    given back as a citation of an unknown document, so that it is reported and not lost.

    Args:
        text: the value as written, without its key; may run over several lines.
        place: where the text begins.
    """
    found: list[Citation] = []
    title: list[str] = []  # the commas inside the last title parted it into these
    ends = [match.start() for match in _END.finditer(text)]
    for piece in _pieces(text.translate(_MARKUP)):
        where = _place(ends, piece.start, place)
        document, anchors = _read(piece.text, found)
        if document:
            _finish(found, title)
            found += (Citation(document, anchor, where) for anchor in anchors)
        elif found and anchors:
            title.append(anchors[0])
    _finish(found, title)
    return tuple(found)


def is_line_range(anchor: str) -> bool:
    """Tell whether an anchor names lines (`122-124`, `L12`), which move with every edit."""
    return _LINES.fullmatch(anchor) is not None


def _finish(found: list[Citation], title: list[str]) -> None:
    """Put the last title together again, once: a title of a million commas is copied once, too."""
    if title:
        found[-1] = found[-1]._replace(anchor=", ".join([found[-1].anchor, *title]))
        title.clear()


def _read(piece: str, before: list[Citation]) -> tuple[str, list[str]]:
    """Read one piece: its document (empty where the piece continues the title before it) and its anchors."""
    named = _DOCUMENT.match(piece)
    if named:
        return named["document"].lstrip("@"), _anchors(named["rest"])
    head, mark, rest = piece.partition("§")
    if mark and head.strip(" /-"):
        return head.strip(" /-"), _anchors(rest)
    if not before:
        return piece.strip(), [""]
    last = before[-1]
    if mark or _TOKEN.match(piece):
        return last.document, _anchors(piece)
    if last.anchor and not _TOKEN.fullmatch(last.anchor):
        return "", [piece]
    return (last.document, [piece]) if last.anchor else (piece, [""])


def _anchors(text: str) -> list[str]:
    text = _RANGE_MARK.sub(r"\1", _LEAD.sub("", " ".join(text.split()), count=1))
    return [anchor for part in _ALSO.split(text) for anchor in _written_out(part.strip(" \t.:"))] or [""]


def _written_out(anchor: str) -> Iterator[str]:
    span = _RANGE.fullmatch(anchor)
    if span and not is_line_range(anchor):
        yield from between(span[1], span[2])
    elif anchor:
        yield anchor


def _pieces(text: str) -> Iterator[_Piece]:
    """Split at commas, semicolons and line ends that stand outside parentheses."""
    start = depth = 0
    for mark in _DIVIDER.finditer(text):
        depth = {"(": depth + 1, ")": max(depth - 1, 0)}.get(mark[0], depth)
        if mark[0] in ("(", ")") or (mark[0] == "," and depth):
            continue
        raw = text[start : mark.start()]
        if raw.strip():
            yield _Piece(raw.strip(), start + len(raw) - len(raw.lstrip()))
        start, depth = mark.end(), 0


def _place(ends: list[int], offset: int, origin: Place) -> Place:
    lines = bisect_left(ends, offset)
    if not lines:
        return origin._replace(column=origin.column + offset)
    return Place(origin.path, origin.line + lines, offset - ends[lines - 1])
