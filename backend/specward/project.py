"""Everything a rule may ask about a project. Each fact is read once, when first asked for."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from specward.baseline import Baseline, read_baseline
from specward.code.diff import Change, read_before, read_changes, start_revision
from specward.code.files import list_files
from specward.code.sources import SourceFile, read_sources
from specward.config import Config, load_config

if TYPE_CHECKING:
    from specward.findings import Finding

Fact = TypeVar("Fact")


class Project:
    """A project under the gate: its settings, its specifications, its code, and what changed.

    Args:
        root: The repository's top.
        tasks: The tasks bound to this run, as a person names them (`T-042`, `001-auth/T012`).
        base: The revision to compare with; None with bound tasks means the last commit.
        paths: Files or folders to confine the run to, relative to `root`; None is the whole territory.
    """

    def __init__(
        self,
        root: Path,
        *,
        tasks: tuple[str, ...] = (),
        base: str | None = None,
        paths: tuple[str, ...] | None = None,
    ) -> None:
        self.root = root
        self.bound_names = tasks
        self.base = base
        self.paths = paths
        self.raised: tuple[Finding, ...] = ()  # by the families before; for the rules on exceptions
        self.standing: list[Finding] = []  # of those raised, the ones that nobody has excused
        self.ran: frozenset[str] = frozenset()  # the codes of the rules that raised them
        self._notes: dict[str, None] = {}

    @cached_property
    def config(self) -> Config:
        """The settings."""
        return load_config(self.root)

    @cached_property
    def files(self) -> Mapping[str, SourceFile]:
        """The files of the territory (those within `paths`, where given), by path."""
        paths = list_files(self.root, self.config.territory, exclude=self.config.exclude)
        return read_sources(self.root, (path for path in paths if self.covers(path)))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changed paths; empty where neither a task nor a base asks for a comparison."""
        return read_changes(self.root, self.base) if self.compares else ()

    @cached_property
    def changed(self) -> frozenset[str]:
        """The paths that changed."""
        return frozenset(change.path for change in self.changes)

    @cached_property
    def baseline(self) -> Baseline:
        """What was wrong before the gate was adopted; empty where there is no such file."""
        return read_baseline(self.root) or Baseline()

    @property
    def compares(self) -> bool:
        """Whether changes are judged, not only the state of the tree."""
        return bool(self.bound_names) or self.base is not None

    @cached_property
    def start(self) -> str:
        """The commit or tree that changes are counted from."""
        return start_revision(self.root, self.base)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be seen in this run, in sentences."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Say what this run could not see; every report repeats it."""
        self._notes[sentence] = None

    def fact(self, read: "Callable[[Project], Fact]") -> Fact:
        """Return what a family's own reader makes of the project; it reads once."""
        if read not in self._facts:
            self._facts[read] = read(self)
        return cast("Fact", self._facts[read])

    def covers(self, path: str) -> bool:
        """Whether a path is within `paths`."""
        if self.paths is None:
            return True
        return any(path == item or path.startswith(f"{item}/") or item == "." for item in self.paths)

    def text(self, path: str) -> str:
        """Return a file's text as it is now; empty where there is none."""
        if path not in self._texts:
            self._texts[path] = _read_text(self.root / path)
        return self._texts[path]

    def line_of(self, path: str, part: str) -> int:
        """Return the number of the first line that holds a text; 1 where none does."""
        return self.text(path).partition(part)[0].count("\n") + 1 if part in self.text(path) else 1

    def text_before(self, path: str) -> str | None:
        """Return a file's text at the start of the comparison; None where it did not exist."""
        return read_before(self.root, self.start, path)

    @cached_property
    def _facts(self) -> dict[object, object]:
        return {}

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {}


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
