"""A header names a task that does not permit this file.

A task lists under `Files` what may be written for it. Nobody who approved the task agreed to a file that is
not on that list.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.permits.permit import permits_path
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Task
from specward.traces import Trace

SUMMARY = "a header names a task that does not permit the file"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/carts/routes.py": HEADER})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each task whose permit does not hold the file that names it."""
    for path, traces in project.traces.items():
        for trace in traces:
            for named in trace.named:
                if named.task and not permits_path(project.permit(named.task), path):
                    yield Finding(
                        "SW107",
                        Severity.ERROR,
                        named.place,
                        f"{named.task.key.id} does not permit this file, so nobody approved it here.",
                        _hint(named.task, trace, project),
                        (named.task.place,),
                    )


def _hint(task: Task, trace: Trace, project: Project) -> str:
    if any(permits_path(project.permit(other), trace.source.path) for other in trace.tasks):
        return f"Remove {task.key.id} from the header, or let a person add the file to its Files."
    paths = project.permit(task).paths
    allowed = f"It permits {', '.join(paths)}." if paths else "It names no files, so it permits none."
    return f"{allowed} Name the task that asks for this file, or let a person widen the task."
