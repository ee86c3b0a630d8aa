"""The parts of a Markdown document that a data model is made of: headings, tables, code blocks."""

from collections.abc import Iterator
from typing import NamedTuple

from specward.patterns import pattern
from specward.specs.sections import heading_title
from specward.specs.text import Text

_FENCE = pattern(r"[ \t]*(`{3,}|~{3,})\s*([\w+-]*)")
_RULE = pattern(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_BAR = pattern(r"(?<!\\)\|")


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    column: int  # where it stands in its line, from 1


class Row(NamedTuple):
    """One row of a table."""

    cells: tuple[Cell, ...]
    line: int  # from 0


class Grid(NamedTuple):
    """A table: its head, and its rows."""

    head: Row
    rows: tuple[Row, ...]


class Block(NamedTuple):
    """A fenced block of code."""

    language: str  # small letters
    text: str
    line: int  # of its first line of code, from 0
    end: int  # of its closing fence


class Heading(NamedTuple):
    """A heading."""

    level: int
    title: str
    line: int  # from 0


Part = Heading | Grid | Block


def parts(text: Text) -> Iterator[Part]:
    """Give headings, tables and code blocks in their order."""
    line = 0
    while line < len(text.lines):
        part: Part | None = None
        if not text.prose[line]:
            part = _block(text, line)
        elif found := heading_title(text.prose[line]):
            part = Heading(*found, line)
        elif line + 1 < len(text.prose) and "|" in text.prose[line] and _is_rule(text.prose[line + 1]):
            part = _grid(text, line)
        if part:
            yield part
        line = _next_line(part, line)


def cells(line: str, number: int) -> Row:
    """Cut a line into its cells; an escaped bar is no cut."""
    found = []
    start = len(line) - len(line.lstrip())
    start += line.startswith("|", start)
    for end in (*(bar.start() for bar in _BAR.finditer(line, start)), len(line)):
        inner = line[start:end]
        if end < len(line) or inner.strip():
            column = start + len(inner) - len(inner.lstrip()) + 1
            found.append(Cell(inner.strip().replace("\\|", "|"), column))
        start = end + 1
    return Row(tuple(found), number)


def _is_rule(line: str) -> bool:
    return "|" in line and "-" in line and _RULE.fullmatch(line.strip()) is not None


def _grid(text: Text, start: int) -> Grid:
    rows = []
    for number in range(start + 2, len(text.prose)):
        line = text.prose[number]
        if not line.strip() or "|" not in line:
            break
        rows.append(cells(line, number))
    return Grid(cells(text.prose[start], start), tuple(rows))


def _block(text: Text, start: int) -> Block | None:
    fence = _FENCE.match(text.lines[start])
    if fence is None:
        return None
    end = start + 1
    while end < len(text.lines) and not text.prose[end] and not _closes(text.lines[end], fence[1]):
        end += 1
    return Block(fence[2].lower(), "\n".join(text.lines[start + 1 : end]), start + 1, end)


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return bare.startswith(fence) and not bare.strip(fence[0])


def _next_line(part: Part | None, line: int) -> int:
    if isinstance(part, Block):
        return part.end + 1
    if isinstance(part, Grid):
        return (part.rows[-1].line if part.rows else part.head.line + 1) + 1
    return line + 1
