"""The models describe another table than the data model does.

Both make their tables in databases of their own, and PostgreSQL's catalogue is compared: columns, types, null
or not, defaults, keys, checks, indexes, enum values. What `create_all` cannot make (row security, policies,
triggers, grants) is held between the data model and the migrations alone (SW516), and a partial index need
not be declared. Names of constraints and indexes and the order of columns mean nothing; `varchar` without a
length is `text`, and a unique index over columns a unique constraint.

Without `--database` what both state beyond doubt is compared: columns, types, null or not, whether there is a
default, keys, unique values, references, plain indexes. Then a note of the report names what was not seen.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import MODELS, world

SUMMARY = "a model differs from the data model"
GOOD = Example(world(models=MODELS), database=True)
BAD = Example(world(models=MODELS.replace("max_length=254", "max_length=255")), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table."""
    yield from found(project, "SW515")
