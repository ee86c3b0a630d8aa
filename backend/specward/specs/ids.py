"""How people write task ids: alone, in lists and in ranges, with or without their feature.

The shapes are those of real task lists: `T001`, `T-042`, `T032a`, `T035.1`, `T-B015`, `T4-08`, `M-001`,
`TASK-001`, `DB-001`, and `001-auth/T-012` where the feature is said.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.patterns import pattern

WIDEST_RANGE = 500

# Requirement ids have the same shape as task ids; these prefixes never name a task.
_REQUIREMENT = r"(?:FR|NFR|SC|US|AC|EC|REQ|ADR|DD)-?\d"
TASK_ID = (
    rf"(?!{_REQUIREMENT})"
    r"(?:T\d{1,2}-\d{1,4}|T-?[A-Z]{0,3}-?\d{1,4}|[A-Z]{1,6}-\d{1,4})"
    r"[a-z]?(?:\.\d+){0,3}"
)
TO = r"(?:\s*[-\u2013\u2014\u2026]\s*|\s*\.{2,3}\s*|\s+(?:through|to)\s+)"

_REFERENCE = pattern(
    rf"(?<![\w./-])(?:(?P<feature>[\w.-]+)/)?(?P<first>{TASK_ID})"
    rf"(?:{TO}(?P<last>{TASK_ID})|(?:[-\u2013]|\.\.)(?P<tail>\d{{1,4}}))?"
    r"(?!\w|-\w|\.\w|/)"
)
_NUMBERED = pattern(r"(?P<stem>.*?)(?P<number>\d+)", re.DOTALL)


class TaskReference(NamedTuple):
    """One task as somebody named it, and where in the text the name stands."""

    feature: str  # empty: not said
    id: str
    start: int  # of the whole name or range, in characters
    end: int

    def __str__(self) -> str:
        return f"{self.feature}/{self.id}" if self.feature else self.id


def parse_task_ids(text: str) -> tuple[TaskReference, ...]:
    """Find every task that a text names, in order, ranges written out.

    A range that cannot be counted (`T-105 to T-101`, `T001-M009`) names its two ends and nothing between, and
    so does one wider than `WIDEST_RANGE`. Ids in lower case, and ids inside file names, are not ids.
    """
    return tuple(reference for match in _REFERENCE.finditer(text) for reference in _written_out(match))


def squash(task_id: str) -> str:
    """Reduce an id to what two spellings of the same task share: `T-042` and `t042` are both `T042`."""
    return task_id.replace("-", "").upper()


def slug(title: str) -> str:
    """Reduce a title to its letters and digits, so that case, dashes and emoji do not matter."""
    return " ".join(re.findall(r"[^\W_]+", title.casefold()))


def between(first: str, last: str) -> Iterator[str]:
    """Count from one id to another, both included: `US1` to `US3`, `2.1` to `2.4`, `T008` to `T011`."""
    start, end = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(last)
    if start is None or end is None or start["stem"] != end["stem"]:
        yield from (first, last)
        return
    low, high, width = int(start["number"]), int(end["number"]), len(start["number"])
    if not 0 <= high - low < WIDEST_RANGE:
        yield from (first, last)
        return
    yield from (f"{start['stem']}{number:0{width}}" for number in range(low, high + 1))


def _written_out(match: re.Match[str]) -> Iterator[TaskReference]:
    first, last = match["first"], match["last"]
    if match["tail"]:
        numbered = _NUMBERED.fullmatch(first)
        last = numbered["stem"] + match["tail"] if numbered else None
    for task_id in between(first, last) if last else (first,):
        yield TaskReference(match["feature"] or "", task_id, match.start(), match.end())
