"""Code implements a task whose text has changed since it was approved.

A stamp covers the text of the task and of every section, operation and table it cites. If any of them
changes, nobody has agreed to what the task says now. The finding shows the words that changed.
"""

from collections.abc import Iterable

from specward.approvals.history import changed_words
from specward.approvals.status import Change, Stale
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example

SUMMARY = "the approval of a task is stale"
_SPECIFY = "specs/specify.md"
_CHANGED = SPECS[_SPECIFY].replace("their own orders", "all orders")
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER, _SPECIFY: _CHANGED})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such task, where it is told."""
    for claim in project.claims:
        state = project.status(claim.task)
        if isinstance(state, Stale):
            words = (_words(project, change, claim.task.key.feature) for change in state.changes)
            finding = Finding(
                "SW202",
                Severity.ERROR,
                claim.places[0],
                f"{claim.task.key} has changed since it was approved ({state.stamp.date}). {' '.join(words)}",
                f"A person reads it and runs `specward approve {claim.task.key}`, or reverts the change.",
                (claim.task.place, *(change.part.section.place for change in state.changes if change.part)),
            )
            yield from (finding._replace(place=place) for place in project.told_at(claim))


def _words(project: Project, change: Change, feature: str) -> str:
    words = changed_words(project.root, change, feature)
    return f"{change.name}: {words}" if change.part else words  # of what has gone they say the name
