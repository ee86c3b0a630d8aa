"""A changed file of the territory belongs to no task.

Without a bound task, a comparison with a base revision takes the tasks from the headers of the changed files.
A file that was deleted, or that cannot have a header (JSON, an image, a submodule), must be permitted by one
of those tasks, or by a task that it named before. Files with a header are checked by SW107.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.permits.permit import permits_path
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a changed file belongs to no task"
_CODE = {"backend/app/orders/routes.py": HEADER}
GOOD = Example({**_CODE, "backend/app/orders/data.json": "{}\n"}, before={"README.md": "Shop\n"})
BAD = Example({**_CODE, "backend/app/carts/data.json": "{}\n"}, before={"README.md": "Shop\n"})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each changed path of the territory that no task of the change permits."""
    if project.bound:
        return
    for change in project.changes:
        source = project.files.get(change.path)
        if not project.is_territory(change.path) or (source and (source.is_traceable or source.empty)):
            continue
        tasks = (*project.changed_tasks, *project.tasks_before(change.path))
        if not any(permits_path(project.permit(task), change.path) for task in tasks):
            yield Finding(
                "SW302",
                Severity.ERROR,
                Place(change.path),
                f"This path was {change.kind}, and no task of this change permits it.",
                "Change it together with a file whose header names the task that permits it, or undo it.",
            )
