"""The values that a report is made of. Everything is decided when they exist; a page only shows them."""

from enum import StrEnum
from typing import NamedTuple

from specward.specs.model import Place


class State(StrEnum):
    """How something stands."""

    KEPT = "kept"  # there, and as it was approved
    OPEN = "open"  # not there yet, and that is right
    BROKEN = "broken"  # something is wrong with it
    NONE = "none"  # not asked for


class Phase(StrEnum):
    """How far a task is, in the order in which it wants attention."""

    STALE = "stale"  # it, or what it cites, has changed since a person approved it
    UNAPPROVED = "unapproved"
    BEGUN = "begun"  # approved, and code names it
    READY = "ready"  # approved, and no code yet
    DONE = "done"


class FrameLine(NamedTuple):
    """One line of source around a finding; the word that is meant stands between `before` and `after`."""

    number: int
    before: str
    word: str = ""
    after: str = ""


class Told(NamedTuple):
    """A finding as a page tells it."""

    anchor: str
    code: str
    family: str
    severity: str
    summary: str  # of its rule
    place: Place
    message: str
    hint: str
    related: tuple[Place, ...]
    frame: tuple[FrameLine, ...]
    reason: str = ""  # why a person has excused it


class Item(NamedTuple):
    """One thing in a link of a chain."""

    name: str
    detail: str = ""
    place: Place | None = None
    anchor: str = ""  # of its own row in the report


class Link(NamedTuple):
    """One link of a task's chain."""

    name: str
    state: State
    items: tuple[Item, ...]
    words: str = ""  # what to know where there are no items, or besides them


class Chain(NamedTuple):
    """A task and everything that hangs on it, from its sections to its records."""

    anchor: str
    name: str  # the id; with the feature, where there are several
    feature: str
    title: str
    phase: Phase
    place: Place
    outputs: str
    done_when: str
    preconditions: tuple[Item, ...]
    links: tuple[Link, ...]
    findings: tuple[Told, ...]


class Tally(NamedTuple):
    """One link of all chains together."""

    name: str
    kept: int
    open: int
    broken: int


class SectionRow(NamedTuple):
    """A section of a specification and the tasks that implement it."""

    anchor: str
    name: str  # as § cites it
    title: str
    depth: int
    place: Place
    state: State | None  # None: a heading over others; OPEN: a task has it, no code yet; BROKEN: nobody has
    tasks: tuple[Item, ...]


class DocumentRows(NamedTuple):
    """The sections of one document."""

    role: str
    path: str
    rows: tuple[SectionRow, ...]


class FileRow(NamedTuple):
    """A file of the territory and the tasks that it names."""

    anchor: str
    path: str
    description: str
    tasks: tuple[Item, ...]
    findings: tuple[Told, ...]
    unasked: str  # why nobody asked for it; empty where somebody did


class OperationRow(NamedTuple):
    """An API operation, approved or served."""

    anchor: str
    method: str
    path: str
    summary: str
    security: str
    state: State
    words: str  # "as approved"
    place: Place | None
    tasks: tuple[Item, ...]
    findings: tuple[Told, ...]


class TableRow(NamedTuple):
    """A table of the approved data model."""

    anchor: str
    name: str
    owner: str  # the column that says whose a row is; empty where nobody's
    guard: str  # what the data model says of row security
    columns: int
    place: Place
    tasks: tuple[Item, ...]
    findings: tuple[Told, ...]


class Report(NamedTuple):
    """Everything that a page shows."""

    name: str
    features: tuple[str, ...]
    clean: bool
    errors: int
    warnings: int
    baselined: int
    rules: int
    notes: tuple[str, ...]
    findings: tuple[Told, ...]
    excused: tuple[Told, ...]
    tallies: tuple[Tally, ...]
    chains: tuple[Chain, ...]
    documents: tuple[DocumentRows, ...]
    files: tuple[FileRow, ...]
    operations: tuple[OperationRow, ...]
    tables: tuple[TableRow, ...]
