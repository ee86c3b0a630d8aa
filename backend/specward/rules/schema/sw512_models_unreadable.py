"""The models cannot be imported, or `create_all` could not create their tables.

The gate imports the application's entry point and the modules of `[tool.specward.schema] models` in a
separate process, and asks SQLAlchemy what it would send to an empty PostgreSQL. This needs no connection, and
the environment has only the variables of `[tool.specward.contract.env]`. Errors that PostgreSQL would report
are seen only with `--database`.
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
