"""A header names a task id that several features have.

Most projects number the tasks of every feature from T001, so the id alone does not say which task is meant,
and the gate can find neither its approval nor its permit. Put the feature in front of it.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import SPECS, Example

SUMMARY = "a header names a task that several features have"
_PATH = "backend/app/orders/routes.py"
_SPECS = {
    "specs/001-orders/spec.md": SPECS["specs/specify.md"],
    "specs/001-orders/tasks.md": "# Tasks\n\n- [ ] T001 List orders in backend/app/orders/routes.py\n",
    "specs/002-carts/spec.md": SPECS["specs/specify.md"],
    "specs/002-carts/tasks.md": "# Tasks\n\n- [ ] T001 List carts in backend/app/carts/routes.py\n",
}
_HEADER = '"""\n[Task]: {}T001\n[From]: spec.md §1.1\n[Description]: Lists orders.\n"""\n'
GOOD = Example({_PATH: _HEADER.format("001-orders/"), **_SPECS}, approved=())
BAD = Example({_PATH: _HEADER.format(""), **_SPECS}, approved=())

_SHOWN = 3


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each id that may mean several tasks."""
    for traces in project.traces.values():
        for trace in traces:
            for named in trace.named:
                if len(named.candidates) > 1:
                    keys = [str(task.key) for task in named.candidates]
                    names = " or ".join(keys[:_SHOWN])
                    yield Finding(
                        "SW104",
                        Severity.ERROR,
                        named.place,
                        f"{named.name} may mean {len(keys)} tasks, so its approval is unknown.",
                        f"Write the feature, too: {names}{' …' if len(keys) > _SHOWN else ''}.",
                        tuple(task.place for task in named.candidates[:_SHOWN]),
                    )
