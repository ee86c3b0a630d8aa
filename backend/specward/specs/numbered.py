"""Tasks and requirements that are known by their numbers, as Kiro, spec-workflow and OpenSpec write them.

`- [ ] 2.1 Read orders` is the task T2.1: its number behind a T, so that it is an id wherever one is read.
`_Requirements: 1.2, 3.1_` cites the second criterion of requirement 1, and the first of requirement 3;
`_Depends: 1.1_` names a task. Words are not asked for, since people write these documents in many languages.
"""

import re
from collections.abc import Iterator, Sequence

from specward.patterns import pattern
from specward.specs.ids import TO, between
from specward.specs.model import Citation, Place, Section
from specward.specs.sections import item_end
from specward.specs.shapes import Shape, Start
from specward.specs.text import Text, block

_NUMBER = r"\d{1,4}(?:\.\d{1,4}){0,3}"
_TASK = pattern(
    r"[ \t]*[-*+][ \t]+(?P<state>\[(?P<mark>.)\]\*?)[ \t]+"
    rf"\*{{0,2}}(?P<number>{_NUMBER})[.)]?\*{{0,2}}[ \t]+(?=\S)"
)
_WORD = r"[^\W\d_]+"
_LISTED = rf"(?:{_WORD}[ \t]+)?{_NUMBER}"
_NOTE = pattern(
    rf"[ \t]*(?:[-*+][ \t]+)?(?:_|\*\*)(?P<word>[^\W\d_][^:_*]{{0,30}})[:\uff1a][ \t]*"
    rf"(?P<list>{_LISTED}(?:(?:[ \t]*[,;\u3001][ \t]*|{TO}){_LISTED})*)[ \t]*(?:_|\*\*)[ \t]*"
)
_ONE = pattern(rf"(?P<first>{_NUMBER})(?:{TO}(?:{_WORD}[ \t]+)?(?P<last>{_NUMBER}))?")
_DEPENDS = "depend"
_REQUIREMENT = pattern(rf"{_WORD}[ \t]+(\d{{1,4}})(?![\w.])")
_CRITERION = pattern(r"[ \t]{0,3}(\d{1,4})[.)][ \t]+(?=\S)")
_TITLED = pattern(r"(?:Requirement|Scenario): *(?=\S)")


def find_numbered(text: Text) -> Iterator[Start]:
    """Find where each numbered task begins, in order. Its mark for "may be left out" (`[ ]*`) is no word."""
    for number, line in enumerate(text.prose):
        if "[" in line and (match := _TASK.match(line)):
            task_id, column = f"T{match['number']}", match.start("number") + 1
            done, state = match["mark"] in "xX", match.span("state")
            yield Start(Shape.ITEM, number, column, task_id, line[match.end() :], done, state)


def requirements(prose: Sequence[str], start: int, end: int, path: str) -> tuple[Citation, ...]:
    """Read the requirements that the lines [start, end) of a task cite."""
    return tuple(
        Citation("specify", each, Place(path, number + 1, match.start("list") + 1))
        for number, match in _notes(prose, start, end)
        if not _names_tasks(match)
        for each in _written_out(match["list"])
    )


def preconditions(prose: Sequence[str], start: int, end: int) -> tuple[str, ...]:
    """Read the tasks that the lines [start, end) of a task wait for."""
    found = (match["list"] for _, match in _notes(prose, start, end) if _names_tasks(match))
    return tuple(f"T{each}" for listed in found for each in _written_out(listed))


def with_numbers(sections: Sequence[Section], text: Text) -> tuple[Section, ...]:
    """Give a document's sections with what their numbers name them, and the criteria of each requirement."""
    named = [(section, _REQUIREMENT.match(section.title)) for section in sections[1:]]
    found = [_anchored(section, match) for section, match in named]
    ends = [section.place.line - 1 for section, match in named if match] + [len(text.lines)]
    starts = [(section, match[1]) for section, match in named if match]
    for (section, number), end in zip(starts, ends[1:], strict=True):
        found += _criteria(section, number, end, text)
    return (*sections[:1], *sorted(found, key=lambda section: section.place))


def _notes(prose: Sequence[str], start: int, end: int) -> Iterator[tuple[int, re.Match[str]]]:
    for number in range(start, end):
        if match := _NOTE.fullmatch(prose[number].rstrip()):
            yield number, match


def _names_tasks(note: re.Match[str]) -> bool:
    return note["word"].casefold().startswith(_DEPENDS)


def _written_out(listed: str) -> Iterator[str]:
    for match in _ONE.finditer(listed):
        yield from between(match["first"], match["last"]) if match["last"] else (match["first"],)


def _anchored(section: Section, requirement: re.Match[str] | None) -> Section:
    titled = _TITLED.match(section.title)
    names = [requirement[1]] if requirement else [section.title[titled.end() :]] if titled else []
    return section._replace(anchors=tuple(dict.fromkeys((*names, *section.anchors))))


def _criteria(section: Section, requirement: str, end: int, text: Text) -> Iterator[Section]:
    """Give the items of the first numbered list under a requirement."""
    last = 0
    for number in range(section.place.line, end):
        match = _CRITERION.match(text.prose[number])
        if match is None:
            continue
        if int(match[1]) <= last:
            return
        last = int(match[1])
        after = min(item_end(text, number), end)
        title = text.prose[number][match.end() :].strip()
        place = Place(section.place.path, number + 1, match.start(1) + 1)
        anchor = f"{requirement}.{match[1]}"
        yield Section(section.document, (anchor,), title, block(text.lines, number, after), place)
