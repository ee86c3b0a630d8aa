"""Where tasks begin and end in a document, in every shape that real task lists have.

Strong shapes say "this is a task" by themselves: a checkbox line with an id (Spec Kit), a heading with an id,
a bullet with a status (`- **[COMPLETE] T-201**: ...`), and a `**Task ID**:` field under a heading. Rows of a
table and plain `TASK-1: ...` lines count only where no stronger shape is found: elsewhere they are overviews
of the same tasks. A checkbox without an id is no task.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from specward.patterns import pattern
from specward.specs.ids import TASK_ID, TO
from specward.specs.sections import heading_title, plain
from specward.specs.text import Text, indent

_DONE = r"(?:\[[xX]\]|done|completed?|implemented|finished|closed|\u2705|\u2714\ufe0f?|\u2611\ufe0f?)"
_STATE = rf"(?:{_DONE}|open|todo|pending|planned|in[ -]progress|wip|not started|blocked|\[ \])"
_SAYS_DONE = pattern(rf"\W*?{_DONE}(?![\w-])", re.IGNORECASE)
_IS_STATE = pattern(rf"\W*?{_STATE}\W*", re.IGNORECASE)
_STATE_AFTER_TITLE = pattern(
    rf"\s*(?:[(\[]{_STATE}[)\]]|\s[\u2013\u2014-]+\s+{_STATE}|[\u2705\u2714\u2611]\ufe0f?(?:\s*{_STATE})?)\s*$",
    re.IGNORECASE,
)
_LONGEST_STATE = 40  # characters

_ID = rf"(?P<id>{TASK_ID})(?![\w/]|{TO}{TASK_ID}|-\w|\u2013\d)"
_AFTER_ID = r"[*_`\]]*[ \t]*[:.)\u2013\u2014-]?[*_`]*[ \t]*"
_MARKER = r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+"
_CHECKBOX = pattern(rf"{_MARKER}(?P<state>\[(?P<mark>.)\])[ \t]+[~*_`\[]*{_ID}{_AFTER_ID}")
_BULLET = pattern(
    rf"{_MARKER}[*_]*(?P<state>\[(?P<mark>[A-Za-z][A-Za-z _-]*|\W+)\][ \t]*)[*_`]*{_ID}{_AFTER_ID}"
)
_TITLE = pattern(rf"(?P<state>\[(?P<mark>.)\][ \t]*)?(?:(?i:task)[ \t]+)?[~`\[]*{_ID}{_AFTER_ID}")
_ID_FIELD = pattern(rf"[ \t]*(?:[-*+][ \t]+)?(?i:\*\*(?:task )?id(?::\*\*|\*\*\s*:))[ \t]*[`*]*{_ID}")
_ROW = pattern(rf"[ \t]*\|[ \t]*[*_`~]*{_ID}[*_`~]*[ \t]*\|")
_PLAIN = pattern(rf"(?:{_MARKER})?[*_`]*{_ID}[*_`]*[ \t]*:[*_`]*[ \t]+(?=\S)")
_RULE = frozenset("|:- \t")
_TITLES = ("title", "task", "description", "name", "summary")
_NEW_BLOCK = "-*+#|<>~`0123456789"


class Shape(Enum):
    """How far a task's block reaches: its heading's text, its list item, its row."""

    HEADING = auto()
    ITEM = auto()
    ROW = auto()


class Start(NamedTuple):
    """Where a task begins, and what its first line says."""

    shape: Shape
    line: int  # from 0
    column: int  # of the id, from 1
    id: str
    title: str
    done: bool
    state: tuple[int, int] | None = None  # the columns of the first line that say how far it is


def find_starts(text: Text) -> list[Start]:
    """Find where each task of a document begins, in order."""
    for shape in (_strong, _rows, _plain_lines):
        found = list(shape(text))
        if found:
            return found
    return []


def find_end(text: Text, start: Start, limit: int) -> int:
    """Find the line after a task's block, which is `limit` (where the next task begins) or before it."""
    if start.shape is Shape.ROW:
        return start.line + 1
    return _heading_end(text, start, limit) if start.shape is Shape.HEADING else _item_end(text, start, limit)


def says_done(status: str) -> bool:
    """Tell whether a status (`done`, `[COMPLETE]`, a check mark) says that the task is done."""
    return _SAYS_DONE.match(status) is not None


def _strong(text: Text) -> Iterator[Start]:
    untold: Start | None = None  # a heading that may yet turn out to be a task's
    for number, line in enumerate(text.prose):
        first = line.lstrip()[:1]
        if first == "#" and (heading := heading_title(line)):
            start = _heading(line, heading[1], number)
            untold = None if start else Start(Shape.HEADING, number, 1, "", plain(heading[1]), done=False)
            if start:
                yield start
        elif "[" in line and (match := _CHECKBOX.match(line) or _BULLET.match(line)):
            yield _item(match, line, number)
        elif untold and first in "-*+" and "**" in line and (match := _ID_FIELD.match(line)):
            yield untold._replace(id=match["id"])
            untold = None


def _heading(line: str, title: str, number: int) -> Start | None:
    match = _TITLE.match(title)
    if match is None:
        return None
    rest = title[match.end() :]
    after = _STATE_AFTER_TITLE.search(rest, max(0, len(rest) - _LONGEST_STATE))
    said = (after[0] if after else match["state"] or "").strip()
    at = line.rfind(said) if after else line.find(said)
    return Start(
        Shape.HEADING,
        number,
        line.find(match["id"]) + 1,
        match["id"],
        rest[: after.start()] if after else rest,
        says_done(said),
        (at, at + len(said)) if said and at >= 0 else None,
    )


def _item(match: re.Match[str], line: str, number: int) -> Start:
    done = match["mark"] in ("x", "X") or says_done(match["mark"])
    title = line[match.end() :]
    return Start(Shape.ITEM, number, match.start("id") + 1, match["id"], title, done, match.span("state"))


def _rows(text: Text) -> Iterator[Start]:
    columns: list[str] = []
    for number, line in enumerate(text.prose):
        if not line.lstrip().startswith("|"):
            continue
        match = _ROW.match(line)
        if match:
            yield _row(line, number, match, columns)
        elif number + 1 < len(text.prose) and _RULE.issuperset(text.prose[number + 1]):
            columns = [plain(cell).lower() for cell in _cells(line)]


def _row(line: str, number: int, match: re.Match[str], columns: list[str]) -> Start:
    cells = _cells(line)
    state = next((index for index, cell in enumerate(cells) if _IS_STATE.fullmatch(cell)), None)
    rest = [index for index in range(1, len(cells)) if index != state]
    titled = [index for index in rest if index < len(columns) and columns[index] in _TITLES]
    title = cells[(titled or rest)[0]] if rest else ""
    bars = [index for index, character in enumerate(f"{line}|") if character == "|"]
    return Start(
        Shape.ROW,
        number,
        match.start("id") + 1,
        match["id"],
        title,
        state is not None and says_done(cells[state]),
        (bars[state] + 1, bars[state + 1]) if state is not None else None,
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _plain_lines(text: Text) -> Iterator[Start]:
    for number, line in enumerate(text.prose):
        match = _PLAIN.match(line) if line else None
        if match:
            title = line[match.end() :]
            yield Start(Shape.ITEM, number, match.start("id") + 1, match["id"], title, done=False)


def _heading_end(text: Text, start: Start, limit: int) -> int:
    own = heading_title(text.prose[start.line])
    level = own[0] if own else 0
    for number in range(start.line + 1, limit):
        line = text.prose[number]
        if line.lstrip()[:1] == "#" and (other := heading_title(line)) and other[0] <= level:
            return number
    return limit


def _item_end(text: Text, start: Start, limit: int) -> int:
    """Find where a list item ends, as Markdown renders it: deeper lines and lazy ones belong to it."""
    depth = indent(text.lines[start.line])
    after_blank = False
    for number in range(start.line + 1, limit):
        line = text.lines[number]
        if not line.strip():
            after_blank = True
        elif indent(line) > depth:
            after_blank = False
        elif after_blank or line.lstrip()[0] in _NEW_BLOCK:
            return number
    return limit
