"""Going back to the base and forward again does not lead to the same database.

A downgrade that fails or forgets something is found out in the worst hour. The migrations are taken up, down
to the base, where nothing may be left, and up again, and every fact of the catalogue must be what it was. A
chain in which no revision has a downgrade goes forward only, by decision; the report then says so.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import chained

SUMMARY = "the migrations do not lead back"
GOOD = Example(chained("op.drop_table('customers')"), database=True)
BAD = Example(chained("op.execute('select 1')"), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each thing that is left or changed."""
    yield from found(project, "SW514")
