"""The role that the application logs in as can get around row security, by itself or through a membership.

No policy applies to a superuser or a role with BYPASSRLS, forced or not. The owner of a table can drop its
policies. A role that can create roles, replicate, or read the server's files can get around all of it. Roles
made in Neon's console bypass row security; roles made with SQL do not.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import ROLES, world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "the runtime role can get around row security"
GOOD = Example(world(), database=True)
BAD = Example(world(roles=ROLES.replace("nobypassrls", "bypassrls")), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each power."""
    yield from found(project, "SW663")
