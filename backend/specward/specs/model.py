"""What a specification says, whatever format it was written in. Plain values, no behaviour beyond lookups."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where something stands: path relative to the repository root (posix), line and column from 1."""

    path: str
    line: int = 1
    column: int = 1


class TaskKey(NamedTuple):
    """A task's identity. The id alone is not one: ids collide between features in most real projects."""

    feature: str
    id: str

    def __str__(self) -> str:
        return f"{self.feature}/{self.id}"


class Section(NamedTuple):
    """A citable part of a document: a heading with its text, or an item with an id (FR-003)."""

    document: str  # its role: "specify", "plan", "tasks", "data-model", "constitution", else its path
    anchors: tuple[str, ...]  # what § may name it by: ids first, then the heading number, then the title
    title: str
    text: str  # whole, sub-sections included, as written
    place: Place


class Citation(NamedTuple):
    """One reference as somebody wrote it: a document and a § anchor (empty: the document as a whole)."""

    document: str
    anchor: str
    place: Place

    def __str__(self) -> str:
        return f"{self.document} §{self.anchor}" if self.anchor else self.document


class Operation(NamedTuple):
    """One API operation of a contract."""

    method: str  # upper case
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Task(NamedTuple):
    """A unit of approved work, as its document states it."""

    key: TaskKey
    title: str
    text: str  # the whole block as written, without its state marker
    done: bool
    cites: tuple[Citation, ...]
    preconditions: tuple[str, ...]
    outputs: str
    files: tuple[str, ...]  # glob patterns relative to the repository root
    operations: tuple[Operation, ...]
    tables: tuple[str, ...]
    tests: tuple[str, ...]  # glob patterns
    dependencies: tuple[str, ...]  # distribution names
    done_when: str
    place: Place


class Problem(NamedTuple):
    """Something a reader could not make sense of; a finding once it is reported."""

    place: Place
    message: str
    hint: str


class Unresolved(NamedTuple):
    """A citation that leads nowhere: why, and how to mend it, with the nearest sections there are."""

    citation: Citation
    reason: str
    hint: str
    nearest: tuple[Section, ...]


class Document(NamedTuple):
    """One file of a spec set, read. The first section is the document as a whole; its anchor is empty."""

    role: str  # "specify", "plan", "tasks", "data-model", "constitution", "contract", else its own name
    path: str
    sections: Sequence[Section]


class SpecSet(NamedTuple):
    """The documents of one feature."""

    feature: str
    documents: tuple[Document, ...]
    tasks: Sequence[Task]
    contract: str | None  # path of the API contract
    data_model: str | None  # path of the data model
    problems: tuple[Problem, ...]
