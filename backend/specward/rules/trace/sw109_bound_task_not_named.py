"""A file was changed for the bound task, but its header does not name that task.

Later readers rely on the header, and so does CI, which knows no bound task. A file that serves several tasks
names them all: `[Task]: T-101, T-042`.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place

SUMMARY = "a changed file does not name the bound task"
_PATH = "backend/app/orders/routes.py"
_SECOND = SPECS["specs/tasks.md"] + SPECS["specs/tasks.md"].partition("\n\n")[2].replace("T-001", "T-002")
_BEFORE = {"specs/tasks.md": _SECOND}
GOOD = Example({_PATH: HEADER.replace("T-001", "T-001, T-002"), **_BEFORE}, before=_BEFORE, task="T-002")
BAD = Example({_PATH: HEADER, **_BEFORE}, before=_BEFORE, task="T-002")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each changed file whose own header names none of the bound tasks."""
    bound = {task.key for task in project.bound}
    for path, traces in project.traces.items() if bound else ():
        trace = next((trace for trace in traces if trace.header.leading), None)
        if path in project.changed and trace and not bound & {task.key for task in trace.tasks}:
            names = " or ".join(task.key.id for task in project.bound)
            yield Finding(
                "SW109",
                Severity.ERROR,
                trace.named[0].place if trace.named else Place(path, trace.header.line),
                f"The file was changed for {names}, and its header does not say so.",
                f"Add {names} to its [Task] line.",
            )
