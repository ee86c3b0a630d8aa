"""A header cites a specification by line numbers.

Line numbers change with every edit above them, so the citation will soon point somewhere else without anybody
noticing. A section's id, number or title stays with its text.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.citations import is_line_range

SUMMARY = "a header cites line numbers"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER.replace("§1.1", "§5-7")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each citation of lines."""
    for traces in project.traces.values():
        for trace in traces:
            for unresolved in project.unresolved(trace):
                if is_line_range(unresolved.citation.anchor):
                    yield Finding(
                        "SW106",
                        Severity.ERROR,
                        unresolved.citation.place,
                        f"{unresolved.reason}.",
                        unresolved.hint,
                        tuple(section.place for section in unresolved.nearest),
                    )
