"""A header names a task that is in no specification.

Code is written for a task that somebody approved. An unknown id is a typing error, a task that was
renumbered, or work that nobody asked for.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.nearest import nearest
from specward.project import Project
from specward.rules.examples import HEADER, Example

SUMMARY = "a header names a task that does not exist"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER.replace("T-001", "T-010")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each id that leads nowhere."""
    for traces in project.traces.values():
        for trace in traces:
            for named in trace.named:
                if not named.candidates:
                    yield Finding(
                        "SW103",
                        Severity.ERROR,
                        named.place,
                        f"There is no task {named.name}, so nobody asked for this code.",
                        _hint(named.name, project),
                    )


def _hint(name: str, project: Project) -> str:
    near = nearest(name.rpartition("/")[2], project.tasks.ids)
    if near:
        return f"The nearest are {', '.join(near)}."
    return (
        "Name a task of the specification." if project.tasks.count else "No specification here has any tasks."
    )
