"""A view reads user-owned tables with the rights of its owner.

Unless it was created with `security_invoker`, a view runs with its owner's rights, and shows that role's rows
to everybody who may select from it. A materialised view stores the rows of all users, and row security never
applies to it. Views that read through other views count as well.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a view reads user-owned tables as its owner"
GOOD = Example(world(), database=True)
BAD = Example(
    world("create view titles as select title from notes;\ngrant select on titles to app_user;"),
    database=True,
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each view."""
    yield from found(project, "SW661")
