"""A task is marked done, but its table does not exist.

A table may be missing from models and migrations while the tasks that name it are open. Once one of them is
done, the table must exist. As soon as either side has the table, the other must have it as well, done or not
(SW515, SW516). Without `--database`, a table counts as created if the migrations name it.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import TABLES, world

SUMMARY = "the table of a done task does not exist"
_CUSTOMERS = TABLES.partition("create table orders")[0]
GOOD = Example(world(_CUSTOMERS, status="open"), database=True)
BAD = Example(world(_CUSTOMERS), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW518")
