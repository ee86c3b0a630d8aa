"""The API at a glance: each operation, approved or served, with its tasks and what was found."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.contract.compare import Mismatch
from specward.contract.facts import Key, OperationFacts, key_of
from specward.output.report.findings import Findings, unique
from specward.output.report.links import Links, anchor, joined
from specward.output.report.model import OperationRow, State, Told
from specward.project import Project
from specward.specs.model import Operation, Place, Section, Task
from specward.specs.resolve import find_operation


class _Standing(NamedTuple):
    """How an operation of the contract stands in the application."""

    state: State
    words: str


def read_operations(project: Project, links: Links, findings: Findings) -> tuple[OperationRow, ...]:
    """List the operations: the contract's in its order, then those beyond it."""
    api = project.api
    approved = api.approved if api else project.contracts.operations
    mismatches = {_key(mismatch): mismatch for mismatch in api.mismatches} if api else {}
    beyond = [mismatch.served for mismatch in mismatches.values() if not mismatch.contract]
    rows = [
        _row(project, links, findings, facts, _standing(mismatches.get(key), links.tasks_of_operation(key)))
        if api
        else _row(project, links, findings, facts, _Standing(State.NONE, "not compared"))
        for key, facts in approved.items()
    ]
    rows += [
        _row(project, links, findings, facts, _Standing(State.BROKEN, "nobody asked for it"))
        for facts in beyond
        if facts
    ]
    return tuple(rows)


def _key(mismatch: Mismatch) -> Key:
    facts = mismatch.contract or mismatch.served
    return key_of(facts.operation) if facts else Key("", "")


def _standing(mismatch: Mismatch | None, tasks: tuple[Task, ...]) -> _Standing:
    if mismatch is None:
        return _Standing(State.KEPT, "as approved")
    if mismatch.served is None:
        waiting = bool(tasks) and not any(task.done for task in tasks)
        return _Standing(State.OPEN, "not built yet") if waiting else _Standing(State.BROKEN, "absent")
    if mismatch.moved:
        return _Standing(State.BROKEN, f"moved to {mismatch.served.operation}")
    return _Standing(State.BROKEN, "its security is weaker" if mismatch.weaker else "differs")


def _row(
    project: Project, links: Links, findings: Findings, facts: OperationFacts, standing: _Standing
) -> OperationRow:
    key = key_of(facts.operation)
    section = _section(project, facts.operation)
    tasks = tuple(links.task_item(task) for task in links.tasks_of_operation(key))
    found = unique((*_in_contract(project, section, findings), *_at_handlers(project, key, findings)))
    words = standing.words
    if standing.state is State.OPEN:
        words = f"waits for {joined(tasks)}"
    return OperationRow(
        anchor=operation_anchor(facts.operation),
        method=facts.operation.method,
        path=facts.operation.path,
        summary=_summary(section),
        security=str(facts.security),
        state=State.BROKEN if found and standing.state is State.KEPT else standing.state,
        words=words,
        place=section.place if section else next(_handlers(project, key), None),
        tasks=tasks,
        findings=found,
    )


def operation_anchor(operation: Operation) -> str:
    """Return the anchor of an operation's row; the names of path parameters do not count."""
    return anchor("operation", " ".join(key_of(operation)))


def _section(project: Project, operation: Operation) -> Section | None:
    found = (find_operation(spec_set, operation) for spec_set in project.spec_sets)
    return next((section for section in found if section), None)


def _summary(section: Section | None) -> str:
    body: Mapping[str, object] = json.loads(section.text) if section else {}
    return str(body.get("summary", ""))


def _in_contract(project: Project, section: Section | None, findings: Findings) -> Iterator[Told]:
    if section is None:
        return
    starts = [
        other.place.line
        for spec_set in project.spec_sets
        for document in spec_set.documents
        if document.path == section.place.path
        for other in document.sections[1:]
        if other.place.line > section.place.line
    ]
    last = min(starts) - 1 if starts else None
    yield from findings.within(section.place.path, section.place.line, last)


def _at_handlers(project: Project, key: Key, findings: Findings) -> Iterator[Told]:
    for place in _handlers(project, key):
        yield from findings.within(place.path, place.line, place.line)


def _handlers(project: Project, key: Key) -> Iterator[Place]:
    routes = project.api.handlers.get(key, ()) if project.api else ()
    return (route.place for route in routes if route.place)
