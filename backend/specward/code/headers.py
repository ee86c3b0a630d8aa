"""Reference headers: which task a file implements, and on which sections that rests.

The seed's form is three lines in the module docstring, or in the first comments where there is none:

    [Task]: T-101, T-042
    [From]: speckit.specify §2.1, speckit.plan §3.4
    [Description]: Brief description.

Real projects also write ranges, one line with pipes, several `[From]` lines, `[Spec]`, `[Source]` and
`[Reference]` for `[From]`, `[Purpose]` for `[Description]`. All are read; `-> List[Task]:` in code is not.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from specward.code.comments import Line, read_comments
from specward.patterns import pattern
from specward.specs.citations import parse_citations
from specward.specs.ids import parse_task_ids
from specward.specs.model import Citation, Place

TASK, FROM, DESCRIPTION = "Task", "From", "Description"
_MEANS = {
    "task": TASK, "from": FROM, "spec": FROM, "source": FROM, "reference": FROM,
    "description": DESCRIPTION, "purpose": DESCRIPTION,
}  # fmt: skip
_KEY = r"\[(?P<key>[A-Za-z][A-Za-z -]{1,20})\][ \t]*:"
_FIRST = pattern(rf"[ \t]*(?:\*[ \t]+)?{_KEY}")
_FURTHER = pattern(rf"[ \t]*[|,;]?[ \t]*{_KEY}")
_LABEL = pattern(r"\s*\[[^\]:]*\]\s*$")


class Field(NamedTuple):
    """One `[Key]: value` as written; `line` and `column` are those of the value."""

    key: str
    value: str
    line: int
    column: int

    @property
    def meaning(self) -> str:
        """What the key stands for: Task, From or Description; empty for a key nobody knows."""
        return _MEANS.get(self.key.lower(), "")


class Mention(NamedTuple):
    """One task (`001-auth/T-012`) or one citation that a header names, and where its name stands."""

    text: tuple[str, ...]  # the task's name; or the citation's document and anchor
    line: int
    column: int


class Header(NamedTuple):
    """One reference header."""

    fields: tuple[Field, ...]
    leading: bool  # stands before the first statement, so it speaks for the whole file
    tasks: tuple[Mention, ...]  # ranges written out
    sections: tuple[Mention, ...]

    @property
    def line(self) -> int:
        """The line it begins on."""
        return self.fields[0].line

    @property
    def description(self) -> str:
        """What it says the file is for; empty where it does not."""
        return " ".join(field.value for field in self.of(DESCRIPTION)).strip()

    def of(self, meaning: str) -> tuple[Field, ...]:
        """Return the fields with a meaning: `TASK`, `FROM` or `DESCRIPTION`."""
        return tuple(field for field in self.fields if field.meaning == meaning)

    def cites(self, path: str) -> tuple[Citation, ...]:
        """Return every section it cites, each with its place in the file at `path`."""
        return tuple(
            Citation(document, anchor, Place(path, line, column))
            for (document, anchor), line, column in self.sections
        )


def parse_headers(text: str) -> tuple[Header, ...]:
    """Find the headers of a file, whatever its language; the first leading one is the file's own."""
    comments = read_comments(text)
    return (*_headers(comments.leading, leading=True), *_headers(comments.later, leading=False))


def _headers(lines: Iterable[Line], *, leading: bool) -> Iterator[Header]:
    for _, block in groupby(lines, key=lambda line: line.block):
        fields: list[Field] = []
        for field in _fields(block):
            if field.meaning == TASK and any(known.meaning == TASK for known in fields):
                yield _header(fields, leading=leading)
                fields = []
            fields.append(field)
        if any(field.meaning == TASK for field in fields) or (leading and _looks_meant(fields)):
            yield _header(fields, leading=leading)


def _header(fields: list[Field], *, leading: bool) -> Header:
    tasks = (mention for field in fields if field.meaning == TASK for mention in _tasks(field))
    sections = (mention for field in fields if field.meaning == FROM for mention in _sections(field))
    return Header(tuple(fields), leading, tuple(tasks), tuple(sections))


def _tasks(field: Field) -> Iterator[Mention]:
    for task in parse_task_ids(_unlabelled(field.value)):
        before = field.value[: task.start]
        first = "\n" not in before
        column = field.column + task.start if first else task.start - before.rfind("\n")
        yield Mention((str(task),), field.line + before.count("\n"), column)


def _sections(field: Field) -> Iterator[Mention]:
    for citation in parse_citations(field.value, Place("", field.line, field.column)):
        yield Mention((citation.document, citation.anchor), citation.place.line, citation.place.column)


def _looks_meant(fields: list[Field]) -> bool:
    """Whether fields without a task are a header that lost it, and no other use of brackets."""
    return sum(bool(field.meaning) for field in fields) >= 2  # noqa: PLR2004 -- one key alone is an accident


def _fields(lines: Iterable[Line]) -> Iterator[Field]:
    """Read the fields of one comment block; lines that are neither field nor continuation are prose."""
    current: Field | None = None
    for line in lines:
        split = list(_split(line))
        if split:
            if current:
                yield current
            yield from split[:-1]
            current = split[-1]
        elif current and _continues(current, line):
            current = current._replace(value=f"{current.value}\n{line.text.strip()}".strip())
        elif current:
            yield current
            current = None
    if current:
        yield current


def _split(line: Line) -> Iterator[Field]:
    """Give the fields of one line: one as a rule, several in the one-line form."""
    match = _FIRST.match(line.text)
    while match:
        following = _next_key(line.text, match.end())
        raw = line.text[match.end() : following.start() if following else None]
        column = line.column + match.end() + len(raw) - len(raw.lstrip())
        yield Field(match["key"], raw.strip(), line.line, column)
        match = following


def _next_key(text: str, start: int) -> re.Match[str] | None:
    """Find the next known key: a label such as `[US2]` inside a value is none."""
    return next((found for found in _FURTHER.finditer(text, start) if found["key"].lower() in _MEANS), None)


def _continues(field: Field, line: Line) -> bool:
    """Whether a line without a key goes on with the field above: descriptions do up to a blank line."""
    if not line.text.strip():
        return False
    if field.meaning == DESCRIPTION or not field.value or field.value.endswith((",", ";")):
        return True
    return line.text[:2] in ("  ", "\t")


def _unlabelled(value: str) -> str:
    """Drop the story labels that follow the ids in some projects: `T062-T063 [US2, US3]`."""
    return _LABEL.sub("", value)
