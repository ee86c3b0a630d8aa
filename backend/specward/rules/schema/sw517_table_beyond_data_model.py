"""There is a table that the data model does not describe.

Nobody has approved it, nobody has said who owns its rows, and no reader of the specification knows of it.
Tables of extensions and Alembic's own are left out. A table that is really needed comes into the data model
first, by a task of its own. Without `--database` the tables of the models are held, not the migrations'.
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
