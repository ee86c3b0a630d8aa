"""The approvals hold a stamp for a task that does not exist.

Such a stamp waits for a task of that name to be written, renumbered or moved there. A stamp goes when its
task goes.
"""

from collections.abc import Iterable

from specward.approvals.stamps import PATH
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import SPECS, Example
from specward.specs.model import Place

SUMMARY = "a stamp belongs to no task"
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
                f"There is no task {key}, and its stamp would approve whatever takes that name.",
                "Take the stamp out, or restore the task.",
            )
