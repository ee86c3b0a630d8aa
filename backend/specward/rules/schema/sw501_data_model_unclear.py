"""A part of the data model is ambiguous or not understood, so nothing can be held against it.

The tables of the data model are Markdown tables: a name and a type for each column, and in further columns or
words whether it may be null, its default, its keys and references. Types and constraints are PostgreSQL's, or
SQLModel's where they map to one of those. The gate never guesses what `UUID/String`, or a heading that names
no table, could mean.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.reading import data_model
from specward.rules.schema.world import DATA_MODEL, world

SUMMARY = "a part of the data model is unclear"
GOOD = Example(world())
BAD = Example(world(data_model=DATA_MODEL.replace("| owner_id | uuid |", "| owner_id | UUID/String |")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each part."""
    for place, message, hint in project.fact(data_model).problems:
        yield Finding("SW501", Severity.ERROR, place, message, hint)
