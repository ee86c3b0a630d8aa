"""What hangs on what: from a place in a specification to its tasks, from a task to its files and back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from specward.approvals.parts import Part, read_parts
from specward.contract.facts import Key, key_of
from specward.output.report.model import Item
from specward.project import Project
from specward.specs.model import Place, Task, TaskKey, Unresolved

K = TypeVar("K")


class Links:
    """The ways between the parts of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.tasks = tuple(task for spec_set in project.spec_sets for task in spec_set.tasks)
        self.features = tuple(spec_set.feature for spec_set in project.spec_sets if spec_set.tasks)

    def parts_of(self, task: Task) -> tuple[tuple[Part, ...], tuple[Unresolved, ...]]:
        """Return what a task cites, the task itself left out, and what it cites in vain."""
        parts, missing = self._parts[task.key]
        return parts[1:], missing

    def files_of(self, task: Task) -> tuple[str, ...]:
        """Return the files whose headers name a task."""
        return self._files.get(task.key, ())

    def tasks_in(self, path: str) -> tuple[Task, ...]:
        """Return the tasks that the headers of a file name."""
        traces = self._project.traces.get(path, ())
        return tuple(dict.fromkeys(task for trace in traces for task in trace.tasks))

    def tasks_citing(self, *places: Place) -> tuple[Task, ...]:
        """Return the tasks that cite what stands at any of these places, in the order of the task list."""
        return self._in_order(task for place in places for task in self._citing.get(place, ()))

    def tasks_of_operation(self, key: Key) -> tuple[Task, ...]:
        """Return the tasks that name an API operation."""
        return self._in_order(self._by_operation.get(key, ()))

    def tasks_of_table(self, name: str) -> tuple[Task, ...]:
        """Return the tasks that name a table."""
        return self._in_order(self._by_table.get(name, ()))

    def task_item(self, task: Task) -> Item:
        """Return a task as something to point at."""
        return Item(self.name_of(task), task.title, task.place, anchor("task", str(task.key)))

    def name_of(self, task: Task) -> str:
        """Return a task's id, with its feature where there are several."""
        return task.key.id if len(self.features) == 1 else str(task.key)

    def anchor_of(self, place: Place) -> str:
        """Return the anchor of whatever stands at a place of a specification."""
        return anchor("at", f"{place.path}-{place.line}")

    def _in_order(self, tasks: Iterable[Task]) -> tuple[Task, ...]:
        found = {self._order[task.key]: task for task in tasks}
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def _order(self) -> Mapping[TaskKey, int]:
        return {task.key: number for number, task in enumerate(self.tasks)}

    @cached_property
    def _by_operation(self) -> Mapping[Key, list[Task]]:
        return _grouped((key_of(operation), task) for task in self.tasks for operation in task.operations)

    @cached_property
    def _by_table(self) -> Mapping[str, list[Task]]:
        return _grouped((table, task) for task in self.tasks for table in task.tables)

    @cached_property
    def _parts(self) -> Mapping[TaskKey, tuple[tuple[Part, ...], tuple[Unresolved, ...]]]:
        return {task.key: read_parts(task, self._project.spec_sets) for task in self.tasks}

    @cached_property
    def _files(self) -> Mapping[TaskKey, tuple[str, ...]]:
        files: dict[TaskKey, dict[str, None]] = defaultdict(dict)
        for path in self._project.traces:
            for task in self.tasks_in(path):
                files[task.key][path] = None
        return {key: tuple(sorted(paths)) for key, paths in files.items()}

    @cached_property
    def _citing(self) -> Mapping[Place, list[Task]]:
        return _grouped((part.section.place, task) for task in self.tasks for part in self.parts_of(task)[0])


def anchor(kind: str, name: str) -> str:
    """Make the anchor of a row from its name."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9.]+', '-', name).strip('-')}"


def _grouped(pairs: Iterable[tuple[K, Task]]) -> dict[K, list[Task]]:
    groups: dict[K, list[Task]] = defaultdict(list)
    for key, task in pairs:
        groups[key].append(task)
    return groups


def joined(items: Iterable[Item]) -> str:
    """Return the names of items in a row."""
    return ", ".join(item.name for item in items)
