"""The application does not start, so its operations are unknown.

The gate imports the application from its entry point (`app` and `app_dir` under `[tool.specward]`, else
FastAPI's own `[tool.fastapi] entrypoint`) in a separate process, whose environment has only the variables of
`[tool.specward.contract.env]`. The import must not need a database or the network: connect in the lifespan.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example
from specward.specs.model import Problem

SUMMARY = "the application does not start"
GOOD = Example(world())
BAD = Example(world(APP + '\nraise RuntimeError("DATABASE_URL is not set")\n'))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding with the application's own error."""
    if isinstance(project.served, Problem):
        place, message, hint = project.served
        yield Finding("SW402", Severity.ERROR, place, message, hint)
