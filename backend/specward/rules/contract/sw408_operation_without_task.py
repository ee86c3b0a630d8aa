"""An operation of the contract belongs to no task.

Nobody may implement an operation that no task names, so it would remain a promise that nobody keeps. Name
every operation of a contract in the `Operations` of a task (the names of path parameters do not matter).
"""

from collections.abc import Iterable

from specward.contract.api import naming
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import all_tasks, contract_place
from specward.rules.contract.world import world
from specward.rules.examples import Example

SUMMARY = "an operation of the contract is in no task"
GOOD = Example(world(None))
BAD = Example(world(None, operations="none"))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation that no task names."""
    if not project.contracts.whole:
        return
    tasks = all_tasks(project)
    for found in project.contracts.operations.values():
        if not naming(found.operation, tasks):
            yield Finding(
                "SW408",
                Severity.ERROR,
                contract_place(project, found),
                f"{found.operation} is in the contract, but no task names it.",
                f"Name it in a task: **Operations**: `{found.operation}`.",
            )
