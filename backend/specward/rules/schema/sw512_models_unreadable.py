"""The models cannot be imported, or `create_all` could not make their tables.

The gate imports the application's entry point, and the modules of `[tool.specward.schema] models`, in a
process of its own, and asks SQLAlchemy what it would send to an empty PostgreSQL. No connection is needed for
that, and no variable of the environment but those of `[tool.specward.contract.env]`. What `create_all` would
be refused is seen with `--database` alone.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.schema.built import found
from specward.rules.schema.world import MODELS, world

SUMMARY = "the application's models cannot be read"
GOOD = Example(world(models=MODELS), database=True)
BAD = Example(world(models=MODELS.replace("Field, SQLModel", "Field, Orders, SQLModel")), database=True)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each error."""
    yield from found(project, "SW512")
