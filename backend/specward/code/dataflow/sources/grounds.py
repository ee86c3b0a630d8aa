"""What an answer rests on: noted while it is worked out, and again whenever it is given a second time.

An answer may be kept from one run to the next as long as everything it rests on is as it was. What it may
rest on is named by a text: the path of a file, or one of `Program`'s questions about all files together.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Grounds:
    """What was consulted since the innermost `apart` began."""

    def __init__(self) -> None:
        self.noted: set[str] = set()

    @contextmanager
    def apart(self) -> Iterator[set[str]]:
        """Note what one answer rests on by itself; it belongs to the answer around it as well."""
        around, self.noted = self.noted, set()
        try:
            yield self.noted
        finally:
            around |= self.noted
            self.noted = around


class Remembered(Generic[Key, Answer]):
    """A function whose answers are kept, each with what it rests on."""

    def __init__(self, grounds: Grounds, work: Callable[[Key], Answer]) -> None:
        self._grounds = grounds
        self._work = work
        self._known: dict[Key, tuple[Answer, frozenset[str]]] = {}

    def __call__(self, key: Key) -> Answer:
        """Give the answer; work it out the first time."""
        known = self._known.get(key)
        if known is not None:
            self._grounds.noted |= known[1]
            return known[0]
        with self._grounds.apart() as noted:
            answer = self._work(key)
        self._known[key] = answer, frozenset(noted)
        return answer
