"""No index of a user-owned table begins with the owner column.

Every statement filters by the owner, in the application and again in row security. Without such an index each
one reads the rows of all users, and its duration shows how many there are. A partial index does not count,
because it does not serve every statement.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "no index begins with the owner column"
GOOD = Example(world(), database=True)
BAD = Example(world("drop index notes_owner_id_idx;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each column."""
    yield from found(project, "SW658")
