"""From headers to tasks: which task each file says it implements, as far as the specifications know it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from specward.code.headers import Header
from specward.code.sources import SourceFile
from specward.specs.model import Citation, Place, SpecSet, Task, TaskKey
from specward.specs.packed import task_ids
from specward.specs.resolve import find_tasks


class Named(NamedTuple):
    """One task as a header names it, and every task it may mean."""

    name: str
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


class Claim(NamedTuple):
    """A task that code says it implements, and every place where it says so."""

    task: Task
    places: tuple[Place, ...]

    @property
    def extent(self) -> str:
        """How much code it is, in words; a bound task may have none yet."""
        files = len({place.path for place in self.places} - {self.task.place.path})
        return f"{files:,} file{'' if files == 1 else 's'} of code" if files else "any work on it"


class TaskIndex:
    """The tasks of all spec sets, to be found by name."""

    def __init__(self, spec_sets: tuple[SpecSet, ...]) -> None:
        self.count = sum(len(spec_set.tasks) for spec_set in spec_sets)
        self._spec_sets = spec_sets

    def find(self, name: str) -> tuple[Task, ...]:
        """Return every task that a name may mean. An id spelt exactly wins over one that only looks alike."""
        return find_tasks(self._spec_sets, name)

    def __contains__(self, key: TaskKey) -> bool:
        """Whether there is a task of exactly this key."""
        return key.id in self._ids.get(key.feature, ())

    @cached_property
    def _ids(self) -> dict[str, frozenset[str]]:
        return {spec_set.feature: frozenset(task_ids(spec_set.tasks)) for spec_set in self._spec_sets}

    @property
    def ids(self) -> Iterator[str]:
        """Every id there is, each once."""
        return iter(dict.fromkeys(name for spec_set in self._spec_sets for name in task_ids(spec_set.tasks)))


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


def read_claims(traces: Mapping[str, tuple[Trace, ...]], bound: Sequence[Task]) -> tuple[Claim, ...]:
    """Gather the tasks that headers name beyond doubt, and the bound ones, named or not."""
    places: dict[TaskKey, list[Place]] = {task.key: [] for task in bound}
    tasks = {task.key: task for task in bound}
    for trace in (trace for each in traces.values() for trace in each):
        for named in trace.named:
            if named.task:
                tasks[named.task.key] = named.task
                places.setdefault(named.task.key, []).append(named.place)
    return tuple(Claim(task, tuple(places[key] or [task.place])) for key, task in sorted(tasks.items()))


def _trace(source: SourceFile, header: Header, index: TaskIndex, feature_of: Mapping[str, str]) -> Trace:
    cites = header.cites(source.path)
    meant = {feature_of[cite.document] for cite in cites if cite.document in feature_of}
    return Trace(source, header, tuple(_named(source.path, header, index, meant)), cites)


def _named(path: str, header: Header, index: TaskIndex, meant: set[str]) -> Iterator[Named]:
    for (name,), line, column in header.tasks:
        candidates = index.find(name)
        if len(candidates) > 1:
            candidates = tuple(task for task in candidates if task.key.feature in meant) or candidates
        yield Named(name, Place(path, line, column), candidates)
