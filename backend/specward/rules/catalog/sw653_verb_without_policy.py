"""The runtime role may use a verb on a user-owned table, but no policy lets a single row through.

Without a permissive policy an update or delete finds nothing and says nothing, and an insert fails. Either a
policy was forgotten, or the privilege is one that nobody needs; restrictive policies alone let nothing pass.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "a granted verb has no policy"
MISTAKE = """
drop policy own on notes;
create policy own on notes for select to app_user
    using (owner_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
"""
GOOD = Example(world(), database=True)
BAD = Example(world(MISTAKE), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each verb."""
    yield from found(project, "SW653")
