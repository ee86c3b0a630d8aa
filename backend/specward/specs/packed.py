"""Tasks and sections as the cache keeps them: packed, and unpacked one by one when somebody looks.

A project may have tens of thousands of tasks, and its code names a few; unpacking them all would take longer
than everything else that a check does.
"""

import marshal
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Generic, TypeAlias, TypeVar, overload

from specward.specs.model import Citation, Operation, Place, Section, Task, TaskKey

T = TypeVar("T")
# What marshal gives back: plain tuples of the model's shape, for which the cache's checksum vouches.
Plain: TypeAlias = Any
# Where each item ends among all of them, their names by line, and of each whether it is done: a few long
# values, since fifty thousand short ones take longer to load than everything else.
Head: TypeAlias = tuple[bytes, str, bytes]


class Packed(Sequence[T], Generic[T]):
    """A sequence whose items are unpacked when they are asked for. It is equal to any with the same items.

    Args:
        head: What is known of the items without looking at them.
        pieces: Gives all of them, packed, once somebody asks for one.
        unpack: Makes an item of what was packed.
    """

    def __init__(self, head: Head, pieces: Callable[[], bytes], unpack: Callable[[Plain], T]) -> None:
        ends, self._names, self.done = head
        self._ends = array("Q", ends)
        self._pieces = pieces
        self._unpack = unpack
        self._items: dict[int, T] = {}
        self._all: tuple[T, ...] | None = None

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def names(self) -> list[str]:
        """The name of each."""
        return self._names.split("\n") if self._names else []

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(len(self))[index])
        if index not in self._items:
            number = range(len(self))[index]
            start = self._ends[number - 1] if number else 0
            self._items[index] = self._unpacked(start, self._ends[number])
        return self._items[index]

    @cached_property
    def _all_pieces(self) -> bytes:
        return self._pieces()

    def __iter__(self) -> Iterator[T]:
        if self._all is None:
            self._all = tuple(map(self._unpacked, (0, *self._ends), self._ends))
        return iter(self._all)

    def _unpacked(self, start: int, end: int) -> T:
        return self._unpack(marshal.loads(self._all_pieces[start:end]))  # noqa: S302  # as checked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packed | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def pack_tasks(tasks: Sequence[Task]) -> tuple[Head, bytes]:
    """Pack tasks; whoever asks for their ids, or for those that are done, need not unpack the others."""
    ends, pieces = _joined(tasks)
    return (ends, "\n".join(task.key.id for task in tasks), bytes(task.done for task in tasks)), pieces


def task_ids(tasks: Sequence[Task]) -> Sequence[str]:
    """Give the ids of tasks in their order, without unpacking those that are packed."""
    return tasks.names if isinstance(tasks, Packed) else [task.key.id for task in tasks]


def done_tasks(tasks: Sequence[Task]) -> Iterator[Task]:
    """Give the tasks that are done, in their order, without unpacking the others."""
    done = tasks.done if isinstance(tasks, Packed) else [task.done for task in tasks]
    return (tasks[number] for number, is_done in enumerate(done) if is_done)


def plain(value: Plain) -> Plain:
    """Reduce named tuples to plain ones, which is all that marshal takes."""
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def unpack_task(value: Plain) -> Task:
    """Rebuild a task from its plain form."""
    task = Task._make(value)
    return task._replace(
        key=TaskKey(*task.key),
        cites=tuple([Citation(document, anchor, Place(*where)) for document, anchor, where in task.cites]),
        operations=tuple([Operation(*operation) for operation in task.operations]),
        place=Place(*task.place),
    )


def pack_sections(sections: Iterable[Section], whole: str) -> tuple[Head, bytes]:
    """Pack sections; one that is the whole document over again is kept without its text."""
    items = [
        (*section[:3], None if section.text == whole else section.text, section.place) for section in sections
    ]
    ends, pieces = _joined(items)
    return (ends, "", b""), pieces


def _joined(items: Iterable[Plain]) -> tuple[bytes, bytes]:
    pieces = [marshal.dumps(plain(item)) for item in items]
    return array("Q", accumulate(map(len, pieces))).tobytes(), b"".join(pieces)


def unpack_section(value: Plain, whole: Callable[[], str]) -> Section:
    """Rebuild a section from its plain form; `whole` gives the text of the whole document."""
    document, anchors, title, text, place = value
    return Section(document, anchors, title, whole() if text is None else text, Place(*place))
