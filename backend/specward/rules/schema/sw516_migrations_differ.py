"""The migrations create a table differently from the data model.

Everything in the catalogue is compared: columns, types, defaults, keys, checks, indexes with their
predicates, enum values, row security, policies, triggers, functions, views, grants. There is one finding per
table, which lists all differences with their places in the data model. A function whose body the data model
leaves to the migrations is named in `[tool.specward.schema] bodies_of_migrations`.

Without `--database`, only a table that no revision and no SQL file mentions is found: revisions may query the
database as they run, so only a real one shows what they do.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import TABLES, world

SUMMARY = "the migrations differ from the data model"
GOOD = Example(world(), database=True)
BAD = Example(world(TABLES.replace("numeric(10, 2)", "numeric(8, 2)")), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW516")
