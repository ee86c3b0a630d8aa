"""The approvals file has a stamp for a task that does not exist.

Any task that later gets this name, by being written, renumbered or moved, would be approved at once. Remove a
stamp together with its task.
"""

from collections.abc import Iterable

from specward.approvals.stamps import PATH
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import SPECS, Example
from specward.specs.model import Place

SUMMARY = "a stamp is for a task that does not exist"
GOOD = Example({"README.md": "Shop\n"})
BAD = Example({"specs/tasks.md": SPECS["specs/tasks.md"].replace("T-001", "T-002")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each stamp whose task is nowhere."""
    for key in project.approvals:
        if key not in project.tasks:
            yield Finding(
                "SW204",
                Severity.ERROR,
                Place(PATH, project.line_of(PATH, f'["{key}"]')),
                f"There is no task {key}, and the stamp would approve any task that gets this name.",
                "Remove the stamp, or restore the task.",
            )
