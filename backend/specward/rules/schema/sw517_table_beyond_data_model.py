"""There is a table that the data model does not describe.

Nobody has approved it, nobody has said who owns its rows, and no reader of the specification knows about it.
Alembic's own table and those of extensions are exempt. If the table is needed, add it to the data model
first, in a task of its own. Without `--database`, only the tables of the models are checked, not those of the
migrations.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import TABLES, world

SUMMARY = "a table is not in the data model"
GOOD = Example(world(), database=True)
BAD = Example(world(f"{TABLES}create table drafts (id uuid primary key);\n"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW517")
