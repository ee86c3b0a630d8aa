"""A specification is ambiguous, or cannot be understood.

The gate does not guess. Two tasks with one id, a contract that is not an OpenAPI document, or a file that is
not text would mean approving something unknown.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import SPECS, Example

SUMMARY = "a specification is unclear"
GOOD = Example({"specs/tasks.md": SPECS["specs/tasks.md"]})
BAD = Example({
    "specs/tasks.md": SPECS["specs/tasks.md"] + "\n### T-001: Another\n\n- **Files**: `backend/app/a.py`\n",
}, approved=())  # fmt: skip


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each problem that a reader met."""
    for spec_set in project.spec_sets:
        for problem in spec_set.problems:
            yield Finding("SW108", Severity.ERROR, problem.place, problem.message, problem.hint)
