"""A change takes a task out of a file's header.

The header is how a file tells whose work it holds, and a second task does not undo the first: it adds its own
name. Without the first one its code, its approval and its record can no longer be found from each other. A
task that has left the task list may leave the headers, too.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place

SUMMARY = "a change takes a task out of a header"
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
                    f"The header named {task.key.id}, whose code this file holds, and no longer does.",
                    f"Put {task.key.id} back beside the others.",
                    (task.place,),
                )
