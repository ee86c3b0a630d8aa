"""The contract was changed, and no task names the changed operation.

A change to endpoints, schemas or status codes must be asked for by a task and approved by a person; it is
never a side effect. The contract is compared with its own text at the base revision, by meaning, so prose may
be edited freely. Whether the task is approved as it stands is checked by SW2.
"""

from collections.abc import Iterable

from specward.contract.api import changed_operations, naming, read_contracts
from specward.contract.compare import Mismatch
from specward.contract.facts import OperationFacts
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import all_tasks, contract_place
from specward.rules.contract.world import CONTRACT, world
from specward.rules.examples import Example
from specward.specs.model import Place

SUMMARY = "the contract was changed without a task"
_STRICTER = CONTRACT.replace("maximum: 100", "maximum: 50")
GOOD = Example(files=world(None, contract=_STRICTER), before=world(None))
BAD = Example(files=world(None, contract=_STRICTER, operations="none"), before=world(None, operations="none"))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation that was changed, added or removed without a task."""
    paths = tuple(project.contracts.sources)
    if not project.compares or not any(
        project.text_before(path) not in {None, project.text(path)} for path in paths
    ):
        return
    before = read_contracts(paths, lambda path: project.text_before(path) or "")
    tasks = all_tasks(project)
    for mismatch in changed_operations(before, project.contracts):
        sides = [side for side in (mismatch.contract, mismatch.served) if side is not None]
        if not any(naming(side.operation, tasks) for side in sides):
            yield _finding(project, mismatch, sides[-1])


def _finding(project: Project, mismatch: Mismatch, side: OperationFacts) -> Finding:
    removed = mismatch.served is None
    verb = "removed" if removed else "added" if mismatch.contract is None else "changed"
    where = [difference.where for difference in mismatch.differences[:5]]
    what = f" ({', '.join(where)})" if where else ""
    return Finding(
        "SW409",
        Severity.ERROR,
        Place(side.document) if removed else contract_place(project, side),
        f"{side.operation} was {verb} in the contract{what}, and no task names it.",
        "Write the task that asks for the change and have it approved, or revert the change.",
    )
