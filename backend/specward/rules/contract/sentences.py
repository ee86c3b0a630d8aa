"""The words and places that the rules of this family share."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from specward.contract.compare import Difference, Mismatch
from specward.contract.facts import OperationFacts, key_of
from specward.contract.source import place
from specward.project import Project
from specward.specs.model import Place, Task

_WORTH_LISTING = 5


class Pair(NamedTuple):
    """An operation as the contract states it and as it is served, and how the two differ."""

    contract: OperationFacts
    served: OperationFacts
    mismatch: Mismatch


def all_tasks(project: Project) -> tuple[Task, ...]:
    """The tasks of every spec set."""
    return tuple(task for spec_set in project.spec_sets for task in spec_set.tasks)


def contract_place(project: Project, found: OperationFacts, pointer: str | None = None) -> Place:
    """Where a contract states an operation, or a part of it."""
    return place(project.contracts.sources[found.document], found.pointer if pointer is None else pointer)


def handler_place(project: Project, found: OperationFacts) -> Place:
    """Where an operation is handled; the settings, if that is no code of the project."""
    routes = project.api.handlers[key_of(found.operation)] if project.api else ()
    return next((route.place for route in routes if route.place), Place("pyproject.toml"))


def related(project: Project, pair: Pair) -> tuple[Place, ...]:
    """The places of the contract that an operation contradicts."""
    found = pair.contract
    pointers = [difference.contract_pointer for difference in pair.mismatch.differences[:_WORTH_LISTING]]
    return tuple(
        dict.fromkeys(contract_place(project, found, pointer) for pointer in pointers or [found.pointer])
    )


def told(project: Project, pair: Pair, differences: Sequence[Difference]) -> str:
    """The differences in words, each with the places of both sides."""
    words = [_told(project, pair, difference) for difference in differences[:_WORTH_LISTING]]
    if len(differences) > _WORTH_LISTING:
        words.append(f"and {len(differences) - _WORTH_LISTING} more")
    return "; ".join(words)


def _told(project: Project, pair: Pair, difference: Difference) -> str:
    one, other = difference.contract or "absent", difference.served or "absent"
    at = contract_place(project, pair.contract, difference.contract_pointer)
    where = f"{pair.served.document}#{difference.served_pointer}"
    return f"{difference.where}: {one} in the contract ({at.path}:{at.line}), {other} in {where}"


def mismatches(project: Project) -> Iterator[Mismatch]:
    """The mismatches of the application, none where it cannot be held against a contract."""
    if project.api:
        yield from project.api.mismatches


def pairs(project: Project) -> Iterator[Pair]:
    """The mismatches of operations that both sides have."""
    for mismatch in mismatches(project):
        if mismatch.contract and mismatch.served:
            yield Pair(mismatch.contract, mismatch.served, mismatch)
