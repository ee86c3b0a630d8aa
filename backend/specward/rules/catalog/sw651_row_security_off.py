"""Row security is off on a user-owned table, so any policies on it have no effect.

One statement that forgets its filter then shows everybody's rows to anybody; whole databases behind generated
applications were read this way (CVE-2025-48757). A table is user-owned if it has an `owner_id`, or exactly
one foreign key to the user table, or is named in `[tool.specward.isolation] owner_columns`; nothing is
guessed.
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
