"""A task is marked done, but an operation it names is not served.

In real projects, three in ten tasks marked done name something that does not exist. An operation of an
unfinished task may be absent; once the task is done, the router must answer it.
"""

from collections.abc import Iterable

from specward.contract.api import naming
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import all_tasks, contract_place, mismatches
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation of a done task is not served"
GOOD = Example(world(APP.partition("@app.get")[0], status="open"))
BAD = Example(world(APP.partition("@app.get")[0]))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation of a done task that is absent."""
    for mismatch in mismatches(project):
        if mismatch.served is None and mismatch.contract is not None:
            operation = mismatch.contract.operation
            done = [task for task in naming(operation, all_tasks(project)) if task.done]
            if done:
                yield Finding(
                    "SW407",
                    Severity.ERROR,
                    done[0].place,
                    f"{done[0].key} is marked done, but the application does not serve {operation}.",
                    "Implement it, or set the task's status back to open.",
                    (contract_place(project, mismatch.contract),),
                )
