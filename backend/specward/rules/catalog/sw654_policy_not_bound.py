"""A policy lets rows pass that have nothing to do with who is asking.

Permissive policies add up: one `using (true)`, or one alternative that compares no column with the user,
opens the table to everybody whatever the other policies say. USING decides what is seen, WITH CHECK what may
be written; both must be bound. An expression that is not understood counts as not bound.
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
