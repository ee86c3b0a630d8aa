"""The runtime role has a privilege on a user-owned table, but no policy for it lets any row through.

Without a permissive policy, an update or delete silently finds nothing, and an insert fails. Either a policy
is missing, or the privilege is not needed. Restrictive policies alone let nothing through.
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
