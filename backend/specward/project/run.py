"""What one run gathers: facts that are read once, sentences on what it could not see, findings."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Self, TypeVar, cast

from specward.project.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future

    from specward.findings import Finding

Fact = TypeVar("Fact")


class Run(Intent):
    """A look at a project, while it lasts."""

    raised: "tuple[Finding, ...]" = ()  # by the families before; for the rules on exceptions
    standing: "Sequence[Finding]" = ()  # of those raised, the ones that nobody has excused
    ran: frozenset[str] = frozenset()  # the codes of the rules that have seen all they hold

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be seen in this run, in sentences."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Say what this run could not see; every report repeats it."""
        self._notes[sentence] = None

    def fact(self, read: Callable[[Self], Fact]) -> Fact:
        """Return what a family's own reader makes of the project; it reads once."""
        if read not in self._facts:
            begun = self._begun.pop(read, None)
            self._facts[read] = begun.result() if begun else read(self)
        return cast("Fact", self._facts[read])

    def begin(self, reads: "Iterable[Callable[[Self], object]]") -> None:
        """Begin to read facts that wait for other programs, while the rules before theirs are at work.

        A run that is given up ends without them; the threads of a pool would hold it up.
        """
        from concurrent.futures import Future  # noqa: PLC0415 -- a small check waits for nobody
        from threading import Thread  # noqa: PLC0415

        _ = self.files, self.tracked_state  # what they share is read before
        for read in reads:
            future: Future[object] = Future()
            self._begun[read] = future
            Thread(target=_settle, args=(future, partial(read, self)), daemon=True).start()

    @cached_property
    def _facts(self) -> dict[object, object]:
        return {}

    @cached_property
    def _begun(self) -> "dict[object, Future[object]]":
        return {}

    @cached_property
    def _notes(self) -> dict[str, None]:
        return {}


def _settle(future: "Future[object]", read: Callable[[], object]) -> None:
    try:
        future.set_result(read())
    except BaseException as error:  # noqa: BLE001 -- it is raised where the fact is asked for
        future.set_exception(error)
