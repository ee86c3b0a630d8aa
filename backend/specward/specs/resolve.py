"""From what somebody wrote to what it means: citations to sections, names to tasks, operations and tables."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Generic, TypeVar

from specward.nearest import nearest
from specward.patterns import pattern
from specward.specs.citations import is_line_range
from specward.specs.ids import TaskReference, slug, squash
from specward.specs.layouts import role_of, usual_place
from specward.specs.model import (
    Citation,
    Document,
    Operation,
    Place,
    Section,
    SpecSet,
    Task,
    TaskKey,
    Unresolved,
)
from specward.specs.packed import task_ids

T = TypeVar("T")
_NEAREST = 3
_NUMBERED = pattern(r"(\d+(?:\.\d+)*|[IVX]+)(?:[.:)]?\s+|:\s*|$)(.*)", re.DOTALL)
_ID = pattern(r"([A-Z]{1,6}-?[A-Z]?\d{1,4}[a-z]?(?:\.\d+)*)(?:/AC-?\d+)?(?=$|[\s:(\u2013\u2014-])")
_REMARK = pattern(r"\s*\([^()]*\)\s*$")
_SCHEME = "Cite a section by its id (§FR-003), its number (§2.1) or its title (§Key Entities)."


def resolve(spec_sets: tuple[SpecSet, ...], feature: str, citation: Citation) -> Section | Unresolved:
    """Find the section that a citation names: ids first, then heading numbers, then titles.

    Args:
        spec_sets: everything that was read.
        feature: whose documents `speckit.specify`, `spec.md` and the like are.
        citation: what somebody wrote.

    Returns:
        The section; or why there is none, with the nearest there are.
    """
    answer = _resolved(_Same(spec_sets), feature, citation.document, citation.anchor)
    return answer if isinstance(answer, Section) else answer._replace(citation=citation)


def find_tasks(
    spec_sets: tuple[SpecSet, ...], reference: TaskReference | str, feature: str = ""
) -> tuple[Task, ...]:
    """Find every task that a name may mean; more than one is an ambiguity that the asker must resolve.

    An id spelt exactly wins; otherwise hyphens and case do not count, so that `T042` finds `T-042`.

    Args:
        spec_sets: everything that was read.
        reference: the name, from `parse_task_ids`, or as a text such as `T-042` or `001-auth/T-042`.
        feature: looks only there, where the name does not say its feature itself.
    """
    said, _, task_id = str(reference).rpartition("/")
    task_id = f"T{task_id}" if task_id[:1].isdigit() else task_id  # as numbered ones stand in their document
    wanted = said or feature
    tasks = _named(spec_sets, task_id, wanted)
    return tuple(task for task in tasks if task.key.id == task_id) or tuple(tasks)


def nearest_ids(spec_sets: tuple[SpecSet, ...], name: str) -> list[str]:
    """Give the tasks whose names look most like one that names none."""
    names = {task.key.id: str(task.key) for spec_set in spec_sets for task in spec_set.tasks}
    close = nearest(name.rpartition("/")[2].upper(), names, likeness=0.0)
    return [names[near] for near in close]


def find_task(spec_sets: tuple[SpecSet, ...], key: TaskKey) -> Task | None:
    """Find the one task of a key; a key that two tasks share names none."""
    tasks = [task for task in _named(spec_sets, key.id, key.feature) if task.key == key]
    return tasks[0] if len(tasks) == 1 else None


def find_operation(spec_set: SpecSet, operation: Operation) -> Section | None:
    """Find an operation in the contracts of a spec set; the names of path parameters do not matter."""
    wanted = _route(str(operation))
    sections = (section for document in _of_role(spec_set, "contract") for section in document.sections)
    return next((section for section in sections if _route(section.title) == wanted), None)


def find_table(spec_set: SpecSet, table: str) -> Section | None:
    """Find the section of the data model that describes a table.

    Its title is the table's name; else the name in another case; else it holds the name (`Table: profiles`).
    Where several would do, as the chapter `Accounts` and in it `accounts`, the innermost is meant.
    """
    name = table.rpartition(".")[2]
    sections = [section for document in _of_role(spec_set, "data-model") for section in document.sections[1:]]
    for fits in (_is_named, _is_named_in_any_case, _mentions):
        found = [section for section in sections if fits(section, name)]
        if found:
            return min(found, key=lambda section: len(section.text))
    return None


class _Same(Generic[T]):
    """Holds a value that is equal to itself alone, so that a lookup need not read all of it."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=8192)
def _resolved(same: _Same[tuple[SpecSet, ...]], feature: str, name: str, anchor: str) -> Section | Unresolved:
    """Resolve once what many files and tasks cite; an answer names no place."""
    spec_sets, citation = same.value, Citation(name, anchor, Place(name))
    spec_set = next(iter(_sets_by_feature(same).get(feature, ())), None)
    documents = list(_documents(spec_sets, spec_set, citation.document))
    if not documents:
        return _no_document(spec_sets, spec_set, citation)
    if is_line_range(citation.anchor):
        return _line_range(documents, citation)
    for document in documents:
        section = _task_section(spec_sets, document, citation.anchor) or _section(document, citation.anchor)
        if section:
            return section
    return _no_section(documents, citation)


@lru_cache(maxsize=1024)
def _numbers_by_id(same: _Same[SpecSet]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    joined = squash("\n".join(task_ids(same.value.tasks)))  # all at once: there may be thousands
    for number, task_id in enumerate(joined.split("\n") if joined else ()):
        numbers.setdefault(task_id, []).append(number)
    return numbers


@lru_cache(maxsize=64)
def _sets_by_feature(same: _Same[tuple[SpecSet, ...]]) -> dict[str, list[SpecSet]]:
    sets: dict[str, list[SpecSet]] = {}
    for spec_set in same.value:
        sets.setdefault(spec_set.feature, []).append(spec_set)
    return sets


def _named(spec_sets: tuple[SpecSet, ...], task_id: str, feature: str = "") -> list[Task]:
    wanted = squash(task_id)
    sets = _sets_by_feature(_Same(spec_sets)).get(feature, ()) if feature else spec_sets
    return [
        spec_set.tasks[number]
        for spec_set in sets
        for number in _numbers_by_id(_Same(spec_set)).get(wanted, ())
    ]


def _is_named(section: Section, name: str) -> bool:
    return name in section.anchors


def _is_named_in_any_case(section: Section, name: str) -> bool:
    return name.casefold() in (anchor.casefold() for anchor in section.anchors)


def _mentions(section: Section, name: str) -> bool:
    return name.casefold() in re.findall(r"\w+", section.title.casefold())


def _route(operation: str) -> str:
    return re.sub(r"\{[^}/]*\}", "{}", operation)


def _of_role(spec_set: SpecSet, role: str) -> Iterator[Document]:
    return (document for document in spec_set.documents if document.role == role)


def _documents(spec_sets: tuple[SpecSet, ...], own: SpecSet | None, name: str) -> Iterator[Document]:
    """Find the documents a name may mean: by path, by role in the own feature, by the end of a path."""
    path = name.removeprefix("./")
    if "/" in path:
        everywhere = [document for spec_set in spec_sets for document in spec_set.documents]
        exact = [document for document in everywhere if document.path == path]
        yield from exact[:1] or (document for document in everywhere if document.path.endswith(f"/{path}"))
    elif own:
        role = role_of(path)
        yield from (
            document
            for document in own.documents
            if document.role == role or document.path.rpartition("/")[2].lower() == path.lower()
        )


def _section(document: Document, anchor: str) -> Section | None:
    if not document.sections:
        return None
    if not anchor:
        return document.sections[0]
    bare = _REMARK.sub("", anchor) or anchor
    return (
        _by_anchor(document, anchor)
        or _by_anchor(document, bare)
        or _by_id(document, bare)
        or _by_number(document, bare)
        or _by_title(document, bare)
    )


def _by_anchor(document: Document, anchor: str) -> Section | None:
    return _sections_by_anchor(_Same(document)).get(anchor)


@lru_cache(maxsize=1024)
def _sections_by_anchor(same: _Same[Document]) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for section in same.value.sections:
        for anchor in section.anchors:
            found.setdefault(anchor, section)
    return found


def _by_id(document: Document, anchor: str) -> Section | None:
    """Find `FR-003: whatever follows`, and a story by one of its scenarios (`US1/AC2`)."""
    match = _ID.match(anchor)
    return _by_anchor(document, match[1]) if match else None


def _by_number(document: Document, anchor: str) -> Section | None:
    """Find `3 Data Model`; a title that is not that of the section 3 means another one, and finds nothing."""
    match = _NUMBERED.match(anchor)
    section = _by_anchor(document, match[1]) if match else None
    said = slug(match[2]) if match else ""
    return section if section and (not said or said in slug(section.title)) else None


def _by_title(document: Document, anchor: str) -> Section | None:
    wanted = slug(anchor)
    if not wanted:
        return None
    slugs = [(section, {slug(name) for name in section.anchors}) for section in document.sections]
    exact = next((section for section, names in slugs if wanted in names), None)
    if exact:
        return exact
    begun = [section for section, names in slugs if any(name.startswith(f"{wanted} ") for name in names)]
    return begun[0] if len(begun) == 1 else None


def _task_section(spec_sets: tuple[SpecSet, ...], document: Document, anchor: str) -> Section | None:
    """Cite a task as a section of its document: `tasks.md §T-042`."""
    tasks = _named(spec_sets, anchor) if document.role == "tasks" else []
    task = next((task for task in tasks if task.place.path == document.path), None)
    return Section(document.role, (task.key.id,), task.title, task.text, task.place) if task else None


def _no_document(spec_sets: tuple[SpecSet, ...], own: SpecSet | None, citation: Citation) -> Unresolved:
    known = [document.path for spec_set in ([own] if own else spec_sets) for document in spec_set.documents]
    near = nearest(citation.document, known, likeness=0.4) or known[:_NEAREST]
    there = f"There are: {', '.join(near)}." if near else "There are no specifications here."
    usual = usual_place(citation.document)
    write = f"{citation.document} would be {usual}: write it there, with the section. " if usual else ""
    hint = f"{write}{there} Others can be named under [tool.specward.documents]."
    return Unresolved(citation, f"There is no document {citation.document}", hint, ())


def _line_range(documents: list[Document], citation: Citation) -> Unresolved:
    first = int(re.sub(r"\D", " ", citation.anchor).split()[0])
    before = [section for section in _parts(documents) if section.place.line <= first]
    near = tuple(before[-1:])
    hint = f"Line {first} stands in {_names(near)}. {_SCHEME}" if near else _SCHEME
    return Unresolved(citation, f"§{citation.anchor} names lines, and lines move with every edit", hint, near)


def _no_section(documents: list[Document], citation: Citation) -> Unresolved:
    sections = _parts(documents)
    spellings = {name: section for section in reversed(sections) for name in section.anchors}
    close = nearest(citation.anchor, spellings, likeness=0.5)
    near = tuple(dict.fromkeys(spellings[name] for name in close))
    paths = ", ".join(document.path for document in documents)
    hint = f"The nearest are {_names(near)}." if near else _SCHEME
    return Unresolved(citation, f"{paths} has no section §{citation.anchor}", hint, near)


def _parts(documents: list[Document]) -> list[Section]:
    return [section for document in documents for section in document.sections[1:]]


def _names(sections: Iterable[Section]) -> str:
    return ", ".join(_name(section) for section in sections)


def _name(section: Section) -> str:
    anchor = section.anchors[0]
    title = section.title.removeprefix(anchor).lstrip(" .:)\u2013\u2014-")
    return f"§{anchor} ({title})" if title else f"§{anchor}"
