"""The runtime role may TRUNCATE, REFERENCE or put triggers on a user-owned table.

Row security knows select, insert, update and delete alone. TRUNCATE empties the table of everybody,
REFERENCES lets a foreign key ask whether somebody's row exists, and a trigger sees every row that is written.
`grant all` gives all three.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "the runtime role has a privilege that row security does not hold"
GOOD = Example(world(), database=True)
BAD = Example(world("grant all on notes to app_user;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each privilege."""
    yield from found(project, "SW660")
