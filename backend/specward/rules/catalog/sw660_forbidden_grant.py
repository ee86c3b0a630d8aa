"""The runtime role has TRUNCATE, REFERENCES or TRIGGER on a user-owned table.

Row security covers only select, insert, update and delete. TRUNCATE empties the table for everybody,
REFERENCES lets a foreign key reveal whether somebody's row exists, and a trigger sees every row that is
written. `grant all` gives all three.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "the runtime role has a privilege that row security does not cover"
GOOD = Example(world(), database=True)
BAD = Example(world("grant all on notes to app_user;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each privilege."""
    yield from found(project, "SW660")
