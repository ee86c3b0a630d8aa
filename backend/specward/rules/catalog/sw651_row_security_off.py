"""Row security is off on a user-owned table, so its policies, if there are any, do nothing.

One forgotten filter in one statement then shows everybody's rows to anybody: that is how whole databases
behind generated applications were read (CVE-2025-48757). Which tables are user-owned is not guessed: an
`owner_id`, or the one foreign key to the user table, or `[tool.specward.isolation] owner_columns`.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "row security is off on a user-owned table"
GOOD = Example(world(), database=True)
BAD = Example(world("alter table notes disable row level security;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW651")
