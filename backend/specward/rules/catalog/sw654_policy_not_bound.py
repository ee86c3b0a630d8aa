"""A policy lets rows through regardless of who is asking.

Permissive policies add up: a single `using (true)`, or one alternative that does not compare a column with
the user, opens the table to everybody, whatever the other policies say. USING decides which rows are visible,
WITH CHECK which may be written; both must be bound to the user. An expression that the gate does not
understand counts as not bound.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a policy is not bound to the user"
GOOD = Example(world(), database=True)
BAD = Example(
    world("create policy shared on notes for select to app_user using (title <> '');"), database=True
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each expression."""
    yield from found(project, "SW654")
