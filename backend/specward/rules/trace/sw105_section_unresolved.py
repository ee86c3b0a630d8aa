"""A header cites a section that the specification does not have.

The sections tell a reader what the code is based on. A citation is resolved as an id (§FR-003), then as a
heading's number (§2.1), then as its title (§Key Entities). The path of a file of the project, without §, is
valid as well.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.citations import is_line_range

SUMMARY = "a header cites a section that does not exist"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER.replace("§1.1", "§1.7")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each citation that leads nowhere."""
    for traces in project.traces.values():
        for trace in traces:
            for unresolved in project.unresolved(trace):
                if not is_line_range(unresolved.citation.anchor):
                    yield Finding(
                        "SW105",
                        Severity.ERROR,
                        unresolved.citation.place,
                        f"{unresolved.reason}, so nobody can tell what this rests on.",
                        unresolved.hint,
                        tuple(section.place for section in unresolved.nearest),
                    )
