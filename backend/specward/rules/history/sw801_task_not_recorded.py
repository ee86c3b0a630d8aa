"""A task was worked on, and there is no history record of it.

The specification tells a later reader what the code should do; only the record tells what the agent was
asked, what it answered, and how that was checked. Every task that is done, and every task named in the header
of a file of the territory, needs a record under `history/prompts/`. The task of the running session is
exempt: the gate writes its record at the end.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.history.stored import recorded_tasks
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place, Task, TaskKey
from specward.specs.packed import done_tasks

SUMMARY = "a task was worked on, and there is no record of it"
_DONE = SPECS["specs/tasks.md"].replace("**Status**: open", "**Status**: done")
GOOD = Example({"specs/tasks.md": _DONE, "backend/app/orders/routes.py": HEADER, PATH: RECORD})
BAD = Example({"specs/tasks.md": _DONE})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each task without a record, at the task."""
    settled = {task.key for task in project.bound} | project.fact(recorded_tasks)
    judged: dict[TaskKey, tuple[Task, Place | None]] = {
        task.key: (task, None) for spec_set in project.spec_sets for task in done_tasks(spec_set.tasks)
    }
    for key, (task, code) in (judged | _traced(project)).items():
        if key not in settled:
            yield _finding(task, code)


def _traced(project: Project) -> dict[TaskKey, tuple[Task, Place]]:
    """Return where each task is first named in the code."""
    traced: dict[TaskKey, tuple[Task, Place]] = {}
    for path, traces in project.traces.items():
        for trace in traces:
            for task in trace.tasks:
                traced.setdefault(task.key, (task, Place(path, trace.header.line)))
    return traced


def _finding(task: Task, code: Place | None) -> Finding:
    why = "is done" if task.done else f"has code ({code.path})" if code else "was begun"
    return Finding(
        "SW801",
        Severity.ERROR,
        task.place,
        f"{task.key.id} {why}, and no record under history/prompts/ tells how.",
        f"Write it with `specward record {task.key.id}`; it takes the files from the changes or the commits.",
        (code,) if code else (),
    )
