"""The models describe a table differently from the data model.

Each creates its tables in a database of its own, and PostgreSQL's catalogues are compared: columns, types,
nullability, defaults, keys, checks, indexes, enum values. What `create_all` cannot create (row security,
policies, triggers, grants) is compared only between the data model and the migrations (SW516), and a partial
index need not be declared. Names of constraints and indexes and the order of columns do not matter; `varchar`
without a length equals `text`, and a unique index over columns equals a unique constraint.

Without `--database`, only what both state explicitly is compared: columns, types, nullability, whether there
is a default, keys, unique values, references, plain indexes. A note in the report then names what was not
compared.
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
