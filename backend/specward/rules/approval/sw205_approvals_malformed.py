"""The approvals file is not what `specward approve` writes.

Stamps that cannot be read approve nothing. The file is written by that command, merged by git, and not
edited.
"""

from collections.abc import Iterable

from specward.approvals.stamps import PATH
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.specs.model import Place

SUMMARY = "the approvals file is malformed"
GOOD = Example({"README.md": "Shop\n"})
BAD = Example({PATH: "<<<<<<< HEAD\n"}, approved=())


def check(project: Project) -> Iterable[Finding]:
    """Give one finding where the stamps cannot be read."""
    if project.approvals_trouble:
        yield Finding(
            "SW205",
            Severity.ERROR,
            Place(PATH),
            project.approvals_trouble,
            "Restore it from git; where two branches met, keep both stamps whole.",
        )
