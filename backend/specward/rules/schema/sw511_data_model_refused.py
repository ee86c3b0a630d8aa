"""PostgreSQL rejects the data model, so no database can match it.

The tables and `sql` blocks of the data model are run on an empty database, each statement as soon as
everything it needs exists, whatever its position in the document. What PostgreSQL still rejects is reported
in its own words: an unknown type, a reference to a table that is not described, a default without quotes.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import DATA_MODEL, world

SUMMARY = "PostgreSQL rejects a statement of the data model"
GOOD = Example(world(), database=True)
BAD = Example(
    world(data_model=DATA_MODEL.replace("references customers", "references clients")), database=True
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each statement."""
    yield from found(project, "SW511")
