"""Work under a bound task suppresses its own findings.

Whoever is held by the gate may not open it: while a task is bound, a comment written by the current work
suppresses nothing. A person who agrees commits the comment separately; from then on it counts, for the line
of code it was written for.
"""

from collections.abc import Iterable

from specward.excuses import is_own
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "work under a task suppresses its own findings"
_PATH = "backend/app/orders/limits.py"
_EXCUSED = f"{HEADER}LIMIT = 50  # specward: allow SW603 -- it is only a number\n"
GOOD = Example({_PATH: f"{_EXCUSED}\nMOST = 100\n"}, before={_PATH: _EXCUSED}, task="T-001")
BAD = Example({_PATH: _EXCUSED}, before={_PATH: f"{HEADER}LIMIT = 50\n"}, task="T-001")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each exception that this work wrote."""
    for source in project.files.values():
        for suppression in source.suppressions:
            if is_own(project, source, suppression):
                yield Finding(
                    "SW003",
                    Severity.ERROR,
                    Place(source.path, suppression.line, suppression.column),
                    "The work under this task wrote an exception for itself, so it suppresses nothing.",
                    "Fix the finding, or stop and ask; a person may commit the exception.",
                )
