"""A text of SQL, cut into its statements by quotes and comments alone: PostgreSQL itself parses them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.patterns import pattern

# The parts of a text in which a semicolon ends nothing (PostgreSQL, chapter 4.1), and the semicolon.
_PART = pattern(
    r"(?P<comment>--[^\n]*)|(?P<open>/\*)|(?P<end>;)"
    r"|(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'?|'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?"
    r"|(?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$)",
    re.DOTALL,
)
_NESTED = pattern(r"/\*|\*/")
_COMMENT = pattern(r"--[^\n]*|/\*.*?\*/|\s+", re.DOTALL)
# What makes a schema. Queries and rows in a document are examples.
_MAKES = pattern(r"(?i)(?:create|alter|grant|revoke|do|drop)\b")


class Piece(NamedTuple):
    """One statement, and where it starts in the text."""

    text: str
    offset: int


def statements(text: str) -> Iterator[Piece]:
    """Give the statements of a text that make a schema, each without its semicolon."""
    for piece in pieces(text):
        start = first_word(piece.text)
        if _MAKES.match(piece.text, start):
            yield Piece(piece.text[start:].rstrip(), piece.offset + start)


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text at each semicolon that ends a statement; joined by semicolons they are the text again."""
    start = place = 0
    while part := _PART.search(text, place):
        place = part.end()
        if part["end"]:
            yield Piece(text[start : part.start()], start)
            start = place
        elif part["open"]:
            place = _comment_end(text, place)
        elif part["tag"]:
            end = text.find(part["tag"], place)
            place = len(text) if end < 0 else end + len(part["tag"])
    yield Piece(text[start:], start)


def first_word(text: str) -> int:
    """Return where a statement begins, after white space and comments."""
    place = 0
    while blank := _COMMENT.match(text, place):
        place = blank.end()
    return place


def _comment_end(text: str, place: int) -> int:
    depth = 1
    while depth and (part := _NESTED.search(text, place)):
        depth += 1 if part[0] == "/*" else -1
        place = part.end()
    return len(text) if depth else place
