"""A history record names a task that is not in the specifications.

Nobody can then find the record from the task, or tell what the work was for. The id is misspelt, or the task
was renumbered or removed after the work. Two features may use the same id; the record's feature decides which
task is meant.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.history.stored import judged_records, named_tasks, severity, tasks_of
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record names a task that does not exist"
GOOD = Example({PATH: RECORD})
BAD = Example({PATH: RECORD.replace("- T-001", "- T-100")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each task that no specification has."""
    for stored in project.fact(judged_records):
        if not stored.record.tasks:
            continue  # ids in a title are a courtesy, not a claim
        for reference in named_tasks(stored):
            if not tasks_of(project.tasks, reference, stored.record.feature):
                yield Finding(
                    "SW803",
                    severity(project, stored),
                    Place(stored.path, stored.line("tasks")),
                    f"The record names {reference}, and no specification has such a task.",
                    "Write the id as the task list has it.",
                )
