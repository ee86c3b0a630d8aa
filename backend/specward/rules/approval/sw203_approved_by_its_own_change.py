"""A task is approved by the same change that implements it.

Approval comes before the work, and from somebody else. A stamp that arrives together with the code was at
best given to code that already existed. Merge the approval first, as a change of its own. This rule needs a
base revision to compare with (`--base`).
"""

from collections.abc import Iterable

from specward.approvals.history import approvals_since
from specward.approvals.stamps import PATH
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a task is approved by the change that implements it"
_CODE = {"backend/app/orders/routes.py": HEADER}
GOOD = Example(_CODE, before={"README.md": "Shop\n"})
BAD = Example(_CODE, before={"README.md": "Shop\n"}, approved_before=False)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each task whose stamp and code are both part of the change."""
    if project.base is None or PATH not in project.changed or project.approvals_trouble:
        return
    stamped = set(approvals_since(project.root, project.start))
    for claim in project.claims:
        places = [place for place in claim.places if place.path in project.changed]
        if claim.task.key in stamped and places:
            yield Finding(
                "SW203",
                Severity.ERROR,
                places[0],
                f"{claim.task.key} is approved by the same change that implements it, so it approves itself.",
                f"Merge the approval first: a change of its own, to {PATH} alone.",
                (Place(PATH, project.line_of(PATH, f'["{claim.task.key}"]')), claim.task.place),
            )
