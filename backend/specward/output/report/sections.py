"""The sections of the specifications: who has each of them, and which nobody has."""

from collections.abc import Iterator, Sequence

from specward.output.report.links import Links
from specward.output.report.model import DocumentRows, SectionRow, State
from specward.project import Project
from specward.specs.model import Document, Section, Task

_ROLES = ("specify", "plan", "data-model")  # what tasks are made from
_CAPABILITY = "-spec"  # of a change in OpenSpec's form, one for each capability


def read_sections(project: Project, links: Links) -> tuple[DocumentRows, ...]:
    """List the sections of every document that tasks are made from."""
    return tuple(
        DocumentRows(document.role, document.path, tuple(_rows(document, links)))
        for spec_set in project.spec_sets
        for document in spec_set.documents
        if document.role in _ROLES or document.role.endswith(_CAPABILITY)
    )


def _rows(document: Document, links: Links) -> Iterator[SectionRow]:
    sections = document.sections[1:]
    whole = [section for section in sections if section.text.strip() == document.sections[0].text.strip()]
    listed = [section for section in sections if section not in whole[:1]]
    above: list[Section] = []
    for section in listed:
        above = [other for other in above if _holds(other, section)]
        tasks = links.tasks_citing(*(place.place for place in (*above, section)))
        is_heading = any(_holds(section, other) for other in listed if other is not section)
        yield SectionRow(
            anchor=links.anchor_of(section.place),
            name=f"{document.role} §{section.anchors[0]}",
            title=section.title,
            depth=len(above),
            place=section.place,
            state=None if is_heading else _state(tasks, links),
            tasks=tuple(links.task_item(task) for task in tasks),
        )
        above.append(section)


def _state(tasks: Sequence[Task], links: Links) -> State:
    if any(links.files_of(task) for task in tasks):
        return State.KEPT
    return State.OPEN if tasks else State.BROKEN


def _holds(outer: Section, inner: Section) -> bool:
    """Whether a section is part of another: its text holds those below it."""
    last = outer.place.line + outer.text.rstrip("\n").count("\n")
    return outer.place < inner.place and inner.place.line <= last
