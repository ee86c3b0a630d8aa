"""What one run gathers: facts that are read once, sentences on what it could not see, findings."""

from collections.abc import Callable
from functools import cached_property, partial
from threading import Thread
from typing import TYPE_CHECKING, Self, TypeVar, cast

from specward.project.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from specward.findings import Finding

Fact = TypeVar("Fact")


class Run(Intent):
    """A look at a project, while it lasts."""

    reads_code: bool = False  # whether a rule is going to ask for the analysis of the code
    judging: str = ""  # the family whose rules are at work, as `SW6`
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

    def look_ahead(self) -> None:
        """Begin to ask git what changed, while the specifications are read; who asks, waits for the answer.

        What goes wrong does so again where it is asked for.
        """
        if self.compares:
            _Begun(lambda: self.changes).start()

    def begin(self, reads: "Iterable[Callable[[Self], object]]") -> None:
        """Begin to read facts that wait for other programs, while the rules before theirs are at work.

        A run that is given up ends without them; the threads of a pool would hold it up.
        """
        _ = self.files, self.tracked_state  # what they share is read before
        for read in reads:
            self._begun[read] = _Begun(partial(read, self))
            self._begun[read].start()

    @cached_property
    def _facts(self) -> dict[object, object]:
        return {}

    @cached_property
    def _begun(self) -> "dict[object, _Begun]":
        return {}

    @cached_property
    def _notes(self) -> dict[str, None]:
        return {}


class _Begun(Thread):
    """A fact being read, beside everything else."""

    def __init__(self, read: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._read = read
        self._fact: object = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Read it; what goes wrong is raised where the fact is asked for."""
        try:
            self._fact = self._read()
        except BaseException as error:  # noqa: BLE001 -- whatever it is, it is not this thread's business
            self._error = error

    def result(self) -> object:
        """Wait for the fact."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._fact
