"""The approvals file is not in the form that `specward approve` writes.

A stamp that cannot be read approves nothing. Only that command writes the file; git merges it; nobody edits
it by hand.
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
            "Restore it from git; in a merge conflict, keep the stamps of both sides whole.",
        )
