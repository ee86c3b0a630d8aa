"""A change removes a task from a file's header.

The header says for which tasks a file holds code. A second task adds its name and does not replace the first:
otherwise the first task's code, approval and record can no longer be linked. A task that was removed from the
task list may also be removed from headers.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place

SUMMARY = "a change removes a task from a header"
_PATH = "backend/app/orders/routes.py"
_SECOND = SPECS["specs/tasks.md"] + SPECS["specs/tasks.md"].partition("\n\n")[2].replace("T-001", "T-002")
_BEFORE = {"specs/tasks.md": _SECOND, _PATH: HEADER}
GOOD = Example(
    {**_BEFORE, _PATH: HEADER.replace("T-001", "T-001, T-002")}, before=_BEFORE, task="T-002", approved=()
)
BAD = Example({**_BEFORE, _PATH: HEADER.replace("T-001", "T-002")}, before=_BEFORE, task="T-002", approved=())


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each task that a changed file named before and does not name now."""
    for path in project.changed & project.traces.keys():
        traces = project.traces[path]
        now = {task.key for trace in traces for task in trace.tasks}
        for task in dict.fromkeys(project.tasks_before(path)):
            if task.key not in now:
                yield Finding(
                    "SW110",
                    Severity.ERROR,
                    Place(path, traces[0].header.line),
                    f"The header no longer names {task.key.id}, whose code this file holds.",
                    f"Add {task.key.id} again, beside the others.",
                    (task.place,),
                )
