"""Everything a rule may ask about a project. Each fact is read once, when first asked for."""

import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from specward.approvals.signatures import Signers
from specward.approvals.stamps import Approvals, load_approvals
from specward.approvals.status import Status, status
from specward.baseline import Baseline, read_baseline
from specward.code.cache import Cache as Kept
from specward.code.diff import Change, read_before, read_changes, start_revision
from specward.code.files import list_files, list_tracked
from specward.code.sources import SourceFile, read_source, read_sources
from specward.config import FILES, Config, load_config, parse_config, strictest
from specward.contract import NOT_HELD
from specward.errors import CouldNotRunError
from specward.permits.globs import is_plain, matches_any
from specward.permits.permit import Permit, compile_permit
from specward.specs.cache import Cache
from specward.specs.model import Citation, Place, Problem, Section, SpecSet, Task, TaskKey, Unresolved
from specward.specs.reader import read_specs
from specward.specs.resolve import resolve
from specward.storage import FOLDER
from specward.traces import Claim, TaskIndex, Trace, read_claims, read_traces

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from specward.code.dataflow.analysis import Analysis
    from specward.contract.api import Api, Contracts
    from specward.contract.served import Served
    from specward.database.server import Lend
    from specward.findings import Finding

Fact = TypeVar("Fact")


class Project:
    """A project under the gate: its settings, its specifications, its code, and what changed.

    Args:
        root: The repository's top.
        tasks: The tasks bound to this run, as a person names them (`T-042`, `001-auth/T012`).
        base: The revision to compare with; None with bound tasks means the last commit.
        paths: Files or folders to confine the run to, relative to `root`; None is the whole territory.
        lend: Gives a database server for the rules that need one; None leaves them out.
    """

    def __init__(
        self,
        root: Path,
        *,
        tasks: tuple[str, ...] = (),
        base: str | None = None,
        paths: tuple[str, ...] | None = None,
        lend: "Lend | None" = None,
    ) -> None:
        self.root = root
        self.bound_names = tasks
        self.base = base
        self.paths = paths
        self.lend = lend
        self.raised: tuple[Finding, ...] = ()  # by the families before; for the rules on exceptions
        self.standing: list[Finding] = []  # of those raised, the ones that nobody has excused
        self.ran: frozenset[str] = frozenset()  # the codes of the rules that have seen all they hold
        self._notes: dict[str, None] = {}

    @cached_property
    def config(self) -> Config:
        """The settings; in a comparison the strictest of those before and after it."""
        now = load_config(self.root)
        return strictest(now, self._config_before()) if self.compares else now

    @cached_property
    def paths_there(self) -> tuple[str, ...]:
        """Every path in the territory, links included."""
        return list_files(self.root, self.config.territory, exclude=self.config.exclude)

    @cached_property
    def files(self) -> Mapping[str, SourceFile]:
        """The files of the territory (those within `paths`, where given), by path; links are not followed."""
        covered = (path for path in self.paths_there if self.covers(path))
        cached, whole = not self.tracked_state, self.paths is None
        return read_sources(self.root, covered, cached=cached, whole=whole)

    @cached_property
    def tracked_state(self) -> tuple[str, ...]:
        """What of the gate's run state git tracks: nothing, as a rule. If anything, no cache is believed."""
        return list_tracked(self.root, FOLDER)

    @cached_property
    def isolation(self) -> "Analysis":
        """What the interpreter says of the statements on user-owned tables, in the whole territory."""
        from specward.code.dataflow.project import analyse_project  # noqa: PLC0415 -- only this family needs it

        paths = [path for path in self.paths_there if path.endswith(".py")]
        return analyse_project(self.root, paths, self.config.table, cached=not self.tracked_state)

    def is_territory(self, path: str) -> bool:
        """Whether a path lies where implementation lives."""
        within = matches_any(self.config.territory, path)
        return within and not matches_any(self.config.exclude, path)

    @property
    def is_within_territory(self) -> bool:
        """Whether the run is confined to places where implementation lives, as after the write of a file."""
        return self.paths is not None and all(map(self.is_territory, self.paths))

    def target(self, path: str) -> str:
        """Return where a link leads, relative to the root; empty for a place outside of the project."""
        target = Path(os.path.realpath(self.root / path))
        root = Path(os.path.realpath(self.root))
        return target.relative_to(root).as_posix() if target.is_relative_to(root) else ""

    @cached_property
    def spec_sets(self) -> tuple[SpecSet, ...]:
        """The specifications."""
        return read_specs(self.root, self.config, None if self.tracked_state else Cache(self.root))

    @cached_property
    def tasks(self) -> TaskIndex:
        """The tasks of all spec sets, to be found by name."""
        return TaskIndex(self.spec_sets)

    @cached_property
    def traces(self) -> Mapping[str, tuple[Trace, ...]]:
        """The headers of each file with the tasks they mean; a file without header is not in it."""
        feature_of = {
            document.path: spec_set.feature for spec_set in self.spec_sets for document in spec_set.documents
        }
        return read_traces(self.files, self.tasks, feature_of)

    def unresolved(self, trace: Trace) -> tuple[Unresolved, ...]:
        """Return the citations of a header that lead nowhere in any feature it may speak of."""
        features = trace.features or tuple(spec_set.feature for spec_set in self.spec_sets)
        found = (self._resolve(features, citation) for citation in trace.cites)
        return tuple(answer for answer in found if isinstance(answer, Unresolved))

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The tasks that code implements, or is about to: each once, with the headers that name it."""
        return read_claims(self.traces, self.bound)

    @cached_property
    def approvals(self) -> Approvals:
        """The stamps; none where their file is broken, and `approvals_trouble` says so."""
        return self._stamps[0]

    @property
    def approvals_trouble(self) -> str:
        """Why the stamps cannot be read; empty where they can."""
        return self._stamps[1]

    @cached_property
    def _stamps(self) -> tuple[Approvals, str]:
        cache = None if self.tracked_state else Kept.open(self.root, "approvals", "1")
        try:
            return load_approvals(self.root, cache), ""
        except CouldNotRunError as error:
            return {}, str(error)

    @cached_property
    def signers(self) -> Signers | None:
        """Who may approve, as it was before the change that is judged; None where nobody has to sign."""
        path = self.config.signers
        if not path:
            return None
        before = self.text_before(path) if self.compares else None
        cache = None if self.tracked_state else Kept.open(self.root, "signatures", "1")
        return Signers(path, self.text(path) if before is None else before, cache)

    def status(self, task: Task) -> Status:
        """Return whether a task is approved as it stands."""
        if task.key not in self._states:
            self._states[task.key] = status(task, self.spec_sets, self.approvals, self.signers)
        return self._states[task.key]

    @cached_property
    def bound(self) -> tuple[Task, ...]:
        """The tasks bound to this run.

        Raises:
            CouldNotRunError: a name means no task, or several.
        """
        return tuple(self._one_task(name) for name in self.bound_names)

    @cached_property
    def bound_permit(self) -> Permit:
        """What the bound tasks permit together."""
        return compile_permit(self.bound, self.config)

    @cached_property
    def changed_tasks(self) -> tuple[Task, ...]:
        """The tasks that the headers of the changed files name."""
        traces = (trace for path in sorted(self.changed) for trace in self.traces.get(path, ()))
        return tuple(dict.fromkeys(task for trace in traces for task in trace.tasks))

    def tasks_before(self, path: str) -> tuple[Task, ...]:
        """Return the tasks that a file named at the start of the comparison."""
        before = read_source(path, self.text_before(path) or "")
        traces = read_traces({path: before}, self.tasks, {}).get(path, ())
        return tuple(task for trace in traces for task in trace.tasks)

    def permit(self, task: Task) -> Permit:
        """Return what one task permits."""
        if task.key not in self._permits:
            self._permits[task.key] = compile_permit((task,), self.config)
        return self._permits[task.key]

    @cached_property
    def has_contract(self) -> bool:
        """Whether there is an API contract."""
        return any(spec_set.contract for spec_set in self.spec_sets)

    @cached_property
    def has_data_model(self) -> bool:
        """Whether there is a data model."""
        return any(spec_set.data_model for spec_set in self.spec_sets)

    @property
    def builds(self) -> bool:
        """Whether databases are built in this run: they speak of the whole project, and take seconds."""
        return self.lend is not None and self.paths is None and self.has_data_model

    @cached_property
    def contracts(self) -> "Contracts":
        """The API contracts of all spec sets."""
        from specward.contract.api import contract_paths, read_contracts  # noqa: PLC0415  # see `registry.NEEDS`

        return read_contracts(contract_paths(self.spec_sets), self.text)

    @property
    def served(self) -> "Served | Problem | None":
        """What the application serves; why it does not start; None where there is nothing to hold."""
        return self.fact(served)

    @cached_property
    def api(self) -> "Api | None":
        """The application held against its contracts; None where either side is missing."""
        from specward.contract.api import hold  # noqa: PLC0415
        from specward.contract.served import Served  # noqa: PLC0415

        if not isinstance(self.served, Served) or not self.contracts.whole:
            return None
        return hold(self.contracts, self.served, self.config)

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
            begun = self._begun.pop(read, None)
            self._facts[read] = begun.result() if begun else read(self)
        return cast("Fact", self._facts[read])

    def begin(self, reads: "Iterable[Callable[[Project], object]]") -> None:
        """Begin to read facts that wait for other programs, while the rules before theirs are at work."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- a small check waits for nobody

        _ = self.files, self.tracked_state  # what they share is read before
        pool = ThreadPoolExecutor()
        self._begun.update({read: pool.submit(read, self) for read in reads})
        pool.shutdown(wait=False)

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

    def _one_task(self, name: str) -> Task:
        found = self.tasks.find(name)
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(str(task.key) for task in found)
            raise CouldNotRunError(f"The task {name} could be any of {keys}. Write the feature, too.")
        near = get_close_matches(name, list(self.tasks.ids), n=3)
        advice = f"The nearest are {', '.join(near)}." if near else "`specward task` lists what there is."
        raise CouldNotRunError(f"There is no task {name}. {advice}")

    def _config_before(self) -> Config:
        for name in FILES:
            text = self.text_before(name)
            if text is not None:
                try:
                    return parse_config(text, name)
                except CouldNotRunError:
                    break  # what was broken had switched nothing off
        return Config()

    def _resolve(self, features: tuple[str, ...], citation: Citation) -> Section | Unresolved:
        if not citation.anchor and is_plain(citation.document) and (self.root / citation.document).is_file():
            return Section(citation.document, ("",), citation.document, "", Place(citation.document))
        answers = [resolve(self.spec_sets, feature, citation) for feature in features or ("",)]
        return next((answer for answer in answers if isinstance(answer, Section)), answers[0])

    @cached_property
    def _states(self) -> dict[TaskKey, Status]:
        return {}

    @cached_property
    def _permits(self) -> dict[TaskKey, Permit]:
        return {}

    @cached_property
    def _facts(self) -> dict[object, object]:
        return {}

    @cached_property
    def _begun(self) -> "dict[object, Future[object]]":
        return {}

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {}


def served(project: Project) -> "Served | Problem | None":
    """Ask the application what it serves; see `Project.served`."""
    if project.paths is not None:
        return None  # it takes an import of the application, and speaks of the whole of it
    from specward.contract.api import read_served  # noqa: PLC0415

    found = None
    if project.contracts.sources:
        found = read_served(project.root, project.config, cached=not project.tracked_state)
    if found is None:
        project.note(NOT_HELD)
    return found


def _read_text(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would never end
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
