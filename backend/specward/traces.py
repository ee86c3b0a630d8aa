"""From headers to tasks: which task each file says it implements, as far as the specifications know it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from specward.code.headers import Header
from specward.code.sources import SourceFile
from specward.specs.ids import TaskReference, squash
from specward.specs.model import Citation, Place, SpecSet, Task


class Named(NamedTuple):
    """One task as a header names it, and every task it may mean."""

    reference: TaskReference
    place: Place
    candidates: tuple[Task, ...]

    @property
    def task(self) -> Task | None:
        """The task it means; None where it means none, or could mean several."""
        return self.candidates[0] if len(self.candidates) == 1 else None


class Trace(NamedTuple):
    """One header of a file, understood."""

    source: SourceFile
    header: Header
    named: tuple[Named, ...]
    cites: tuple[Citation, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks it names beyond doubt."""
        return tuple(named.task for named in self.named if named.task)

    @property
    def features(self) -> tuple[str, ...]:
        """The features of its tasks: whose `speckit.specify` it means."""
        return tuple(dict.fromkeys(task.key.feature for task in self.tasks))


class TaskIndex:
    """Finds tasks by name among many: as `specs.resolve.find_tasks`, without reading through them all."""

    def __init__(self, spec_sets: Sequence[SpecSet]) -> None:
        self.count = sum(len(spec_set.tasks) for spec_set in spec_sets)
        self._by_id: dict[str, list[Task]] = {}
        for spec_set in spec_sets:
            for task in spec_set.tasks:
                self._by_id.setdefault(squash(task.key.id), []).append(task)

    def find(self, reference: TaskReference | str) -> tuple[Task, ...]:
        """Return every task that a name may mean. An id spelt exactly wins over one that only looks alike."""
        feature, _, task_id = str(reference).rpartition("/")
        alike = [task for task in self._by_id.get(squash(task_id), ()) if feature in ("", task.key.feature)]
        return tuple(task for task in alike if task.key.id == task_id) or tuple(alike)

    @property
    def ids(self) -> Iterator[str]:
        """Every id there is, each once."""
        return (tasks[0].key.id for tasks in self._by_id.values())


def read_traces(
    files: Mapping[str, SourceFile], index: TaskIndex, feature_of: Mapping[str, str]
) -> Mapping[str, tuple[Trace, ...]]:
    """Understand the headers of all files that have any.

    Args:
        files: The files, by path.
        index: The tasks there are.
        feature_of: The feature of each specification document, by path: a header that cites
            `specs/002-web/tasks.md` means that feature's T001.
    """
    return {
        path: tuple(_trace(source, header, index, feature_of) for header in source.headers)
        for path, source in files.items()
        if source.headers
    }


def _trace(source: SourceFile, header: Header, index: TaskIndex, feature_of: Mapping[str, str]) -> Trace:
    cites = header.cites(source.path)
    meant = {feature_of[cite.document] for cite in cites if cite.document in feature_of}
    return Trace(source, header, tuple(_named(source.path, header, index, meant)), cites)


def _named(path: str, header: Header, index: TaskIndex, meant: set[str]) -> Iterator[Named]:
    for field, reference in header.references:
        before = field.value[: reference.start]
        line = field.line + before.count("\n")
        column = reference.start - before.rfind("\n") + (0 if "\n" in before else field.column - 1)
        candidates = index.find(reference)
        if len(candidates) > 1:
            candidates = tuple(task for task in candidates if task.key.feature in meant) or candidates
        yield Named(reference, Place(path, line, column), candidates)
