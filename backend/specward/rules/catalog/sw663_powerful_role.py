"""The role that the application logs in as can switch row security off, by itself or through a membership.

A superuser and a role with BYPASSRLS are held by no policy, forced or not; the owner of a table can drop its
policies; a role that makes roles, replicates or reads the server's files gets around all of it. The roles
that Neon's console makes bypass row security; one that is made with SQL does not.
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
