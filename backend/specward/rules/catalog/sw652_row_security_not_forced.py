"""Row security is enabled but not forced, so the table's owner and all members of its role see every row.

Most applications log in as the owner of their tables. No policy applies to them until `force row level
security` is set. Even then a superuser and a role with BYPASSRLS see everything (SW663).
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "row security is not forced on a user-owned table"
GOOD = Example(world(), database=True)
BAD = Example(world("alter table notes no force row level security;"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW652")
