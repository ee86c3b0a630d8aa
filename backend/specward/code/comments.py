"""Where a file speaks about itself: its docstring and comments, in whatever comment style it is written.

A line scan, not a tokenizer: it reads a thousand files in the time `ast` parses a hundred, and reads files
that do not parse at all.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.patterns import pattern

_LINE = pattern(r"[ \t]*(?:#+!?|//+!?|--+|;+)[ \t]?")
_INNER = pattern(r"[ \t]*(?:\*(?!/)[ \t]?)?")
_OPEN = pattern(r"[ \t]*(?P<mark>[rRuUbB]{0,2}(?:\"\"\"|'''|\"|')|/\*+|<!--|\{#|<%doc>|<%text>|<\?)")
_CLOSE = {"/*": "*/", "<!--": "-->", "{#": "#}", "<%doc>": "</%doc>", "<%text>": "</%text>", "<?": "?>"}
_IMPORT = pattern(r"(?:from|import)\s|use\s|@(?:import|charset)\s|['\"]use ")
_TASK = pattern(r"^[ \t]*(?:#+|//+|--+|\*)[ \t]*\[Task\][ \t]*:", re.IGNORECASE | re.MULTILINE)


class Line(NamedTuple):
    """One line of a comment, without its marks."""

    block: int  # lines of one docstring or one run of comments share a number
    text: str
    line: int  # from 1
    column: int  # of the text, from 1


class Comments(NamedTuple):
    """What a file says about itself."""

    leading: tuple[Line, ...]  # before the first statement that is no import
    later: tuple[Line, ...]  # comment runs below, as far as they mention a task
    end: int  # the number of the last line before the first statement


def read_comments(text: str) -> Comments:
    """Split a file's comments into those at its head and the later ones that name a task."""
    lines = text.split("\n")
    leading, end = _read_leading(lines)
    later = [] if "[" not in text else list(_read_later(text, lines, end, len(lines)))
    return Comments(tuple(leading), tuple(later), end)


def _read_leading(lines: list[str]) -> tuple[list[Line], int]:
    found: list[Line] = []
    block, number = 0, 0
    in_comment, docstring_read = False, False
    while number < len(lines):
        raw = lines[number].rstrip("\r").removeprefix("\ufeff")
        opening = _OPEN.match(raw)
        mark = _LINE.match(raw)
        if mark:
            block += not in_comment
            in_comment = True
            found.append(Line(block, raw[mark.end() :].rstrip(), number + 1, mark.end() + 1))
            number += 1
            continue
        in_comment = False
        if opening and not (docstring_read and opening["mark"][-1] in "\"'"):
            block += 1
            docstring_read |= opening["mark"][-1] in "\"'"
            inside = list(_read_block(lines, number, opening, block))
            found += inside
            number = inside[-1].line
        elif _IMPORT.match(raw):
            number = _after_import(lines, number)
        elif not raw.strip():
            number += 1
        else:
            break
    return found, number


def _read_block(lines: list[str], number: int, opening: re.Match[str], block: int) -> Iterator[Line]:
    """Give the lines of a docstring or block comment; an unclosed one runs to the end of the file."""
    mark = opening["mark"].lstrip("rRuUbB")
    close = _CLOSE.get(mark.rstrip("*") + "*" if mark.startswith("/*") else mark, mark)
    start = opening.end()
    last = number if close in ("'", '"') else len(lines) - 1
    for index in range(number, last + 1):
        raw = lines[index].rstrip("\r")
        end = raw.find(close, start)
        inner = _INNER.match(raw, start) if start == 0 else None
        begin = inner.end() if inner else start
        yield Line(block, raw[begin : end if end >= 0 else None].rstrip(), index + 1, begin + 1)
        if end >= 0:
            return
        start = 0


def _after_import(lines: list[str], number: int) -> int:
    """Return the number of the line after an import, which may run over several in parentheses."""
    depth = 0
    for index in range(number, len(lines)):
        code = lines[index].split("#", 1)[0]
        depth += code.count("(") + code.count("{") - code.count(")") - code.count("}")
        if depth <= 0 and not code.rstrip().endswith("\\"):
            return index + 1
    return len(lines)


def _read_later(text: str, lines: list[str], end: int, block: int) -> Iterator[Line]:
    """Give the comment runs that name a task below the head (some projects trace function by function)."""
    done = end
    for match in _TASK.finditer(text):
        number = text.count("\n", 0, match.start())
        if number < done:
            continue
        block += 1
        while number < len(lines) and (mark := _LINE.match(lines[number])):
            yield Line(block, lines[number][mark.end() :].rstrip(), number + 1, mark.end() + 1)
            number += 1
        done = number
