"""Code implements a task that nobody has approved.

An approval is a person's stamp on the task as it stands, in `specs/approvals.toml`. A task without one is
only a proposal, and nobody has agreed to code for it. A person approves with `specward approve` at a
terminal; an agent cannot.
"""

from collections.abc import Iterable

from specward.approvals.status import Unapproved
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example

SUMMARY = "code implements a task that is not approved"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER}, approved=())


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such task, where it is told."""
    for claim in project.claims:
        state = project.status(claim.task)
        if isinstance(state, Unapproved):
            finding = Finding(
                "SW201",
                Severity.ERROR,
                claim.places[0],
                f"{state.reason.rstrip('.')}, so nobody agreed to {claim.extent}.",
                f"A person reads it and runs `specward approve {claim.task.key}` at a terminal.",
                (claim.task.place,),
            )
            yield from (finding._replace(place=place) for place in project.told_at(claim))
