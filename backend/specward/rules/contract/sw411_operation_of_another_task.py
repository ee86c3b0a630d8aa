"""An operation is served from a file whose header does not name its task.

A permit covers only the operations that its task names, even if the contract has others. Serving an operation
of another task uses an approval that was not given for this work. The header of the file with the handler
must therefore name a task that lists the operation under `Operations`.
"""

from collections.abc import Iterable, Iterator

from specward.contract.api import naming
from specward.contract.served import Route
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import all_tasks
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation is served for a task that does not name it"
_OTHER = """
### T-002: Count orders

- **Operations**: `GET /v1/orders`
"""


def _example(app: str) -> Example:
    files = dict(world(app, operations="none"))
    return Example({**files, "specs/tasks.md": files["specs/tasks.md"] + _OTHER})


GOOD = _example(APP.replace("T-001", "T-001, T-002"))
BAD = _example(APP)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each handler whose file names none of its operation's tasks."""
    for route in _routes(project):
        wanted = naming(route.operation, all_tasks(project))
        place = route.place
        traces = project.traces.get(place.path, ()) if place else ()
        named = {task.key for trace in traces for task in trace.tasks}
        if place and named and wanted and not named & {task.key for task in wanted}:
            ids = " or ".join(task.key.id for task in wanted)
            yield Finding(
                "SW411",
                Severity.ERROR,
                place,
                f"{route.operation} belongs to {ids}, which this file does not name.",
                f"Remove it, or name {ids} in the header if this is work for it, under its permit.",
                tuple(task.place for task in wanted),
            )


def _routes(project: Project) -> Iterator[Route]:
    if project.api:
        for key, routes in project.api.handlers.items():
            if key in project.api.approved:  # what is in no contract is for SW403
                yield from routes
