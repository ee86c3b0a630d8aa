"""The server's minor version leaks rows despite row security.

CVE-2025-8713: the optimizer's statistics hold samples of a table's rows, and in older minor versions a user
could have them evaluated by an operator of their own, whatever the policies say. It is fixed in 17.6, 16.10,
15.14, 14.19 and 13.22, and in every 18. The version checked is that of the scratch server, unless
`[tool.specward.database] server` names the one the application runs on.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.catalog.world import world
from specward.rules.examples import Example
from specward.rules.schema.built import found

SUMMARY = "the server is older than the fix for a leak"
GOOD = Example(world(), database=True)
BAD = Example(world(settings='server = "17.4"\n'), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each server."""
    yield from found(project, "SW664")
