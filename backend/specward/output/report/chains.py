"""Each task with its chain: sections, approval, files, operations, tables, tests, records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from specward.approvals.parts import Kind
from specward.approvals.status import Approved, Stale
from specward.code.files import list_files
from specward.history.stored import named_tasks, records, tasks_of
from specward.output.report.contract import operation_anchor
from specward.output.report.files import file_anchor
from specward.output.report.findings import Findings, unique
from specward.output.report.links import Links, anchor
from specward.output.report.model import Chain, Item, Link, OperationRow, Phase, State, Tally, Told
from specward.output.report.tables import table_anchor
from specward.permits.globs import matches_any
from specward.project import Project
from specward.specs.model import Place, Task, TaskKey
from specward.specs.resolve import find_tasks

_NOT_YET = "none yet"

# The link that a family of rules holds.
_HELD_BY = {
    "trace": "Sections",
    "approval": "Approval",
    "scope": "Files",
    "contract": "Operations",
    "schema": "Tables",
    "isolation": "Tables",
    "quality": "Files",
    "history": "History",
}


class Chains:
    """Reads the chains of all tasks."""

    def __init__(
        self, project: Project, links: Links, findings: Findings, operations: Iterable[OperationRow]
    ) -> None:
        self._project = project
        self._links = links
        self._findings = findings
        self._tests = list_files(project.root, project.config.tests)
        self._records = _records(project)
        self._operations = {row.anchor: row for row in operations}

    def read(self) -> tuple[Chain, ...]:
        """Return every task with its chain, those that want attention first."""
        chains = [self._chain(task) for task in self._links.tasks]
        order = list(Phase)
        return tuple(sorted(chains, key=lambda chain: order.index(chain.phase)))

    def _chain(self, task: Task) -> Chain:
        findings = self._findings_of(task)
        wrong = {_HELD_BY.get(told.family) for told in findings}
        links = [_broken(link) if link.name in wrong else link for link in self._links_of(task)]
        return Chain(
            anchor=anchor("task", str(task.key)),
            name=self._links.name_of(task),
            feature=task.key.feature,
            title=task.title,
            phase=self._phase(task),
            place=task.place,
            outputs=task.outputs,
            done_when=task.done_when,
            preconditions=tuple(self._precondition(task, name) for name in task.preconditions),
            links=tuple(links),
            findings=findings,
        )

    def _phase(self, task: Task) -> Phase:
        status = self._project.status(task)
        if isinstance(status, Stale):
            return Phase.STALE
        if not isinstance(status, Approved):
            return Phase.UNAPPROVED
        if task.done:
            return Phase.DONE
        return Phase.BEGUN if self._links.files_of(task) else Phase.READY

    def _precondition(self, task: Task, name: str) -> Item:
        found = find_tasks(self._project.spec_sets, name, task.key.feature)
        return self._links.task_item(found[0]) if len(found) == 1 else Item(name)

    def _findings_of(self, task: Task) -> tuple[Told, ...]:
        last = task.place.line + task.text.rstrip("\n").count("\n")
        own = self._findings.within(task.place.path, task.place.line, last)
        there = (told for path in self._links.files_of(task) for told in self._findings.at(path))
        return unique((*own, *there))

    def _links_of(self, task: Task) -> Iterator[Link]:
        begun = task.done or bool(self._links.files_of(task))
        yield self._sections(task)
        yield self._approval(task)
        yield _link("Files", self._files(task), asked=True, begun=task.done)
        yield self._operations_of(task)
        yield _link("Tables", _tables(task), asked=bool(task.tables), begun=False, built=begun)
        yield _link("Tests", self._tests_of(task), asked=bool(task.tests), begun=task.done)
        yield _link("History", self._records.get(task.key, ()), asked=True, begun=task.done)

    def _sections(self, task: Task) -> Link:
        parts, missing = self._links.parts_of(task)
        items = [
            Item(part.name, part.section.title, part.section.place, self._links.anchor_of(part.section.place))
            for part in parts
            if part.kind is Kind.SECTION
        ]
        items += [Item(str(miss.citation), miss.reason, miss.citation.place) for miss in missing]
        if missing:
            return Link("Sections", State.BROKEN, tuple(items))
        return _link("Sections", items, asked=True, begun=False)

    def _approval(self, task: Task) -> Link:
        status = self._project.status(task)
        if isinstance(status, Approved):
            name = status.stamp.approver.partition("<")[0].strip()  # whoever reads this needs no address
            return Link("Approval", State.KEPT, (), f"{name or 'somebody unnamed'}, {status.stamp.date}")
        if isinstance(status, Stale):
            changed = tuple(Item(str(change)) for change in status.changes)
            return Link("Approval", State.BROKEN, changed, f"given on {status.stamp.date}, and stale since")
        return Link("Approval", State.OPEN, (), status.reason)

    def _operations_of(self, task: Task) -> Link:
        anchors = [operation_anchor(operation) for operation in task.operations]
        rows = [self._operations[name] for name in anchors if name in self._operations]
        items = [Item(f"{row.method} {row.path}", row.words, row.place, row.anchor) for row in rows]
        missing = [
            Item(str(operation), "in no contract")
            for operation, name in zip(task.operations, anchors, strict=True)
            if name not in self._operations
        ]
        if not anchors:
            return Link("Operations", State.NONE, (), "none asked for")
        states = {row.state for row in rows} | ({State.BROKEN} if missing else set())
        worst = next(state for state in (State.BROKEN, State.OPEN, State.NONE, State.KEPT) if state in states)
        if worst is State.NONE:
            return Link("Operations", State.OPEN, tuple(items), "not compared")
        return Link("Operations", worst, (*items, *missing))

    def _files(self, task: Task) -> Iterator[Item]:
        for path in self._links.files_of(task):
            yield Item(path, "", Place(path), file_anchor(path))

    def _tests_of(self, task: Task) -> Iterator[Item]:
        for path in self._tests:
            if matches_any(task.tests, path):
                yield Item(path, "", Place(path))


def tally(chains: Iterable[Chain]) -> tuple[Tally, ...]:
    """Count each link over all chains, in the order of the chain."""
    states: dict[str, list[State]] = defaultdict(list)
    for chain in chains:
        for link in chain.links:
            states[link.name].append(link.state)
    return tuple(
        Tally(name, found.count(State.KEPT), found.count(State.OPEN), found.count(State.BROKEN))
        for name, found in states.items()
    )


def _link(name: str, items: Iterable[Item], *, asked: bool, begun: bool, built: bool = True) -> Link:
    """Make a link.

    Args:
        name: Its name.
        items: What is there.
        asked: Whether the task asks for any.
        begun: Whether some must be there by now.
        built: Whether what is named is there, too.
    """
    found = tuple(items)
    if not asked:
        return Link(name, State.NONE, found, "none asked for")
    if found:
        return Link(name, State.KEPT if built else State.OPEN, found)
    absent = Link(name, State.OPEN, (), _NOT_YET)
    return _broken(absent) if begun else absent


def _broken(link: Link) -> Link:
    return link._replace(state=State.BROKEN, words="missing" if link.words == _NOT_YET else link.words)


def _tables(task: Task) -> Iterator[Item]:
    for table in task.tables:
        yield Item(table, anchor=table_anchor(table))


def _records(project: Project) -> Mapping[TaskKey, tuple[Item, ...]]:
    found: dict[TaskKey, dict[str, Item]] = defaultdict(dict)
    for stored in project.fact(records):
        record = stored.record
        for reference in named_tasks(stored):
            for task in tasks_of(project.tasks, reference, record.feature):
                found[task.key][stored.path] = Item(
                    record.title or stored.path, record.date, Place(stored.path)
                )
    return {key: tuple(items.values()) for key, items in found.items()}
