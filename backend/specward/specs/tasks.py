"""Tasks out of a task list: where each stands is for `shapes` to find, what it says for `fields`."""

import re
from itertools import zip_longest
from typing import NamedTuple

from specward.patterns import pattern
from specward.specs import fields
from specward.specs.elsewhere import is_numbered
from specward.specs.fields import Field
from specward.specs.ids import parse_task_ids
from specward.specs.model import Citation, Place, Problem, Task, TaskKey
from specward.specs.numbered import find_numbered, preconditions, requirements
from specward.specs.sections import plain
from specward.specs.shapes import Shape, Start, find_end, find_starts, says_done
from specward.specs.text import Text

_STATUS_LINE = pattern(
    r"[ \t]*(?:[-*+][ \t]+)?(?:\*\*(?:status|state)(?:\s*:\s*\*\*|\*\*\s*:)|(?:status|state)\s*:)[^|\n]*$",
    re.IGNORECASE,
)
_LABEL = pattern(r"\[([\w /-]{1,24})\][ \t]*")
_STORY = pattern(r"US\d+")
_REQUIREMENT = pattern(r"(?<![\w/-])(?:FR|NFR|SC|US|REQ)-?\d{1,4}[a-z]?(?:/AC-?\d+)?(?![\w-])")
_DEPENDS = pattern(r"\((?:depends on|requires|after|blocked by)\b:?([^()]*)\)", re.IGNORECASE)


class TaskList(NamedTuple):
    """The tasks of a document, and what is wrong with it as a list of them."""

    tasks: tuple[Task, ...]
    lines: frozenset[int]  # where tasks begin, from 0
    problems: tuple[Problem, ...]


def read_tasks(text: Text, feature: str, path: str) -> TaskList:
    """Read every task of a document.

    Two tasks of one id are both given, and a problem: whoever asks for the id finds two and must not choose.
    """
    starts = list(find_numbered(text)) if is_numbered(path) else find_starts(text)
    tasks: list[Task] = []
    first: dict[str, Start] = {}
    problems = []
    for start, following in zip_longest(starts, starts[1:]):
        limit = following.line if following else len(text.lines)
        tasks.append(_task(text, start, find_end(text, start, limit), feature, path))
        if first.setdefault(start.id, start) is not start:
            problems.append(_duplicate(start, first[start.id], path))
    return TaskList(tuple(tasks), frozenset(start.line for start in starts), tuple(problems))


def _task(text: Text, start: Start, end: int, feature: str, path: str) -> Task:
    said = fields.read_fields(text.prose, start.line + 1, end, path) if end > start.line + 1 else {}
    title, labels = _labels(start.title)
    return Task(
        key=TaskKey(feature, start.id),
        title=plain(_DEPENDS.sub("", title).replace("~~", "")).strip(" \t:|"),
        text=_without_state(text, start, end),
        done=start.done or says_done(_value(said, "status")),
        cites=fields.citations(said) or _cited(text, start, end, labels, path),
        preconditions=_preconditions(said, text, start, end, path),
        outputs=_value(said, "outputs"),
        files=_files(said, start, title),
        operations=fields.operations(_value(said, "operations")),
        tables=fields.names(_value(said, "tables")),
        tests=fields.patterns(_value(said, "tests")),
        dependencies=_dependencies(said),
        done_when=" ".join(_value(said, "done_when").split()),
        place=Place(path, start.line + 1, start.column),
    )


def _value(said: dict[str, Field], key: str) -> str:
    return said[key].value if key in said else ""


def _named(start: Start, line: str, labels: tuple[str, ...], path: str) -> tuple[Citation, ...]:
    """Read the story and the requirements that the one line of a task names: `[US1]`, `FR-003`."""
    if start.shape is Shape.HEADING:
        return ()
    anchors = [label for label in labels if _STORY.fullmatch(label)]
    anchors += [match[0] for match in _REQUIREMENT.finditer(line)]
    return tuple(
        Citation("specify", anchor, Place(path, start.line + 1, line.find(anchor) + 1))
        for anchor in dict.fromkeys(anchors)
    )


def _cited(text: Text, start: Start, end: int, labels: tuple[str, ...], path: str) -> tuple[Citation, ...]:
    named = _named(start, text.prose[start.line], labels, path)
    return (*named, *requirements(text.prose, start.line + 1, end, path)) if is_numbered(path) else named


def _preconditions(said: dict[str, Field], text: Text, start: Start, end: int, path: str) -> tuple[str, ...]:
    line = text.prose[start.line]
    values = [match[1] for match in _DEPENDS.finditer(line)] if "(" in line else []
    values += [_value(said, key) for key in ("preconditions", "dependencies") if key in said]
    named = [str(reference) for value in values for reference in parse_task_ids(value)]
    if is_numbered(path):
        named += preconditions(text.prose, start.line + 1, end)
    return tuple(dict.fromkeys(named))


def _dependencies(said: dict[str, Field]) -> tuple[str, ...]:
    """Read the distributions a task depends on; a list of tasks, as many call it, is its preconditions."""
    value = _value(said, "dependencies")
    return () if parse_task_ids(value) else fields.names(value)


def _files(said: dict[str, Field], start: Start, title: str) -> tuple[str, ...]:
    """Read where a task writes: its Files alone where it has them, else the paths it names in passing."""
    if "files" in said:
        return fields.patterns(said["files"].value)
    named = fields.files(_value(said, "outputs"), bare_names=True)
    if start.shape is not Shape.HEADING:
        named += fields.files(title, bare_names=False)
    return tuple(dict.fromkeys(named))


def _labels(title: str) -> tuple[str, tuple[str, ...]]:
    labels = []
    while match := _LABEL.match(title):
        labels.append(match[1])
        title = title[match.end() :]
    return title, tuple(labels)


def _without_state(text: Text, start: Start, end: int) -> str:
    """Give a task's block as written, less what says how far it is."""
    first = text.lines[start.line]
    if start.state:
        left, right = start.state
        first = f"{first[:left]}{first[right:].lstrip(' ')}".rstrip()
    rest = (
        line
        for line, prose in zip(
            text.lines[start.line + 1 : end], text.prose[start.line + 1 : end], strict=True
        )
        if not (prose and _STATUS_LINE.match(prose))
    )
    return "\n".join((first, *rest)).rstrip()


def _duplicate(start: Start, first: Start, path: str) -> Problem:
    return Problem(
        Place(path, start.line + 1, start.column),
        f"The task {start.id} occurs twice in this document; the first is in line {first.line + 1}.",
        "Give one of the two another id: an id that names two tasks permits neither.",
    )
