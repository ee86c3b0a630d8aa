"""The application serves an operation that is in no contract.

An endpoint that nobody asked for is attack surface that nobody reviews. The gate asks the router itself, not
only the OpenAPI document, so routes with `include_in_schema=False`, mounted applications, static folders and
web sockets count. FastAPI's own documentation pages are exempt, and so is what the project lists as `unlisted
= ["GET /livez"]` under `[tool.specward.contract]`.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import handler_place, mismatches
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation is in no contract"
GOOD = Example(world())
BAD = Example(
    world(
        APP
        + '\n\n@app.delete("/v1/orders", include_in_schema=False)\ndef purge() -> None:\n    """Purge."""\n'
    )
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation that the router answers and no contract has."""
    for mismatch in mismatches(project):
        if mismatch.contract is None and mismatch.served is not None:
            operation = mismatch.served.operation
            yield Finding(
                "SW403",
                Severity.ERROR,
                handler_place(project, mismatch.served),
                f"The application serves {operation}, which is in no contract.",
                "Remove it. If it is needed, add it to a task and the contract first.",
            )
