"""A policy reads its setting again for every row.

PostgreSQL calls a bare `current_setting(...)` once for each row it looks at, but only once for the statement
if it stands in a sub-select. On a large table that makes it six times faster, for one pair of brackets.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a policy reads its setting again for every row"
MISTAKE = """
alter policy own on notes
    using (owner_id = nullif(current_setting('app.user_id', true), '')::uuid);
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each policy."""
    yield from found(project, "SW655")
