"""The owner column of a user-owned table may be null.

A row without an owner belongs to nobody: no policy shows it, and nobody can delete it. A foreign key that
contains a null is not checked at all, so a composite key no longer keeps the row with its parent's owner.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "an owner column may be null"
GOOD = Example(world(), database=True)
BAD = Example(world("alter table notes alter column owner_id drop not null;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each column."""
    yield from found(project, "SW657")
