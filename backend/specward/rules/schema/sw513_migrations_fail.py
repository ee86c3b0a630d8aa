"""The migrations fail on an empty database.

Migrations are usually tried on a database that already has what they need; a new deployment, a test run or a
colleague then finds that they fail. The gate runs the command of `[tool.specward.database] migrate` on a
database that has only the project's roles.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import TABLES, world

SUMMARY = "the migrations fail on an empty database"
GOOD = Example(world(), database=True)
BAD = Example(world(f"{TABLES}alter table invoices add column paid boolean;\n"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each failure."""
    yield from found(project, "SW513")
