"""What people want of a project: its specifications, who has approved what, and what that permits."""

from collections.abc import Mapping
from functools import cached_property

from specward.approvals import parts, wording
from specward.approvals.settled import Settled
from specward.approvals.signatures import Signers
from specward.approvals.stamps import Approvals, load_approvals
from specward.approvals.status import Memory, Status, status
from specward.approvals.wording import open_wordings
from specward.code.cache import Cache as Kept
from specward.code.files import list_ignored
from specward.code.sources import SourceFile, read_source
from specward.errors import CouldNotRunError
from specward.nearest import nearest
from specward.permits.globs import is_plain
from specward.permits.permit import Permit, compile_permit
from specward.project.tree import Tree
from specward.specs.cache import Cache
from specward.specs.model import Citation, Place, SpecSet, Task, TaskKey, Unresolved
from specward.specs.reader import read_specs
from specward.specs.resolve import resolve
from specward.traces import Claim, TaskIndex, Trace, read_claims, read_traces

_RESOLVES = "resolves"  # what is settled of a citation


class Intent(Tree):
    """The specifications of a project, and which task its files and this run are for."""

    @cached_property
    def spec_sets(self) -> tuple[SpecSet, ...]:
        """The specifications."""
        return read_specs(self.root, self.config, self._readings, self.contents, self._read_files)

    @cached_property
    def _readings(self) -> Cache | None:
        return None if self.tracked_state else Cache(self.root)

    @cached_property
    def _settled(self) -> Settled:
        """What is known of the specifications as they are: of all that is asked here, what has an answer."""
        if self._readings is None:
            return Settled(None, "")
        _ = self.spec_sets  # with them the state is known
        return Settled(self.cache("settled", parts.__file__, wording.__file__), self._readings.state)

    def _read_files(self) -> None:
        """Read the files while the specifications are read; which there are, a bound task may have to say."""
        if not self.bound_names:
            _ = self.files

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
        found = (self._unresolved(features, citation) for citation in trace.cites)
        return tuple(answer for answer in found if answer is not None)

    def _unresolved(self, features: tuple[str, ...], citation: Citation) -> Unresolved | None:
        document, anchor, _ = citation
        asked = (*features, document, anchor)
        if self._settled.get(_RESOLVES, asked) is not None:
            return None
        if not anchor and is_plain(document) and (self.root / document).is_file():
            return None
        answers = [resolve(self.spec_sets, feature, citation) for feature in features or ("",)]
        missing = [answer for answer in answers if isinstance(answer, Unresolved)]
        if len(missing) == len(answers):
            return missing[0]
        self._settled.note(_RESOLVES, asked, "")
        return None

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
            memory = Memory(self._wordings, self._settled)
            self._states[task.key] = status(task, self.spec_sets, self.approvals, self.signers, memory)
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
    def hidden(self) -> tuple[str, ...]:
        """Source files within the permit of this run that git ignores: they run, so they count.

        Else the work could hide from its own verdict, in a folder that is ignored or by a .gitignore of its
        own. It could write nowhere else.
        """
        if not self.bound_names:
            return ()
        ignored = list_ignored(self.root, (*self.bound_permit.paths, *self.bound_permit.tests))
        return tuple(path for path in ignored if SourceFile(path, "").is_traceable)

    def permit(self, task: Task) -> Permit:
        """Return what one task permits."""
        if task.key not in self._permits:
            self._permits[task.key] = compile_permit((task,), self.config)
        return self._permits[task.key]

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

    def told_at(self, claim: Claim) -> tuple[Place, ...]:
        """Return where to tell what is wrong with a claim: at its first header, and the first of this change.

        What a person has excused in old code, or knew of it, does not speak for code that is new.
        """
        new = (place for place in claim.places if self._names_anew(place.path, claim.task))
        return tuple(dict.fromkeys((claim.places[0], next(new, claim.places[0]))))

    def _names_anew(self, path: str, task: Task) -> bool:
        return path in self.changed and path in self.traces and task not in self.tasks_before(path)

    @cached_property
    def has_contract(self) -> bool:
        """Whether there is an API contract."""
        return any(spec_set.contract for spec_set in self.spec_sets)

    @cached_property
    def has_data_model(self) -> bool:
        """Whether there is a data model."""
        return any(spec_set.data_model for spec_set in self.spec_sets)

    def _one_task(self, name: str) -> Task:
        found = self.tasks.find(name)
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(str(task.key) for task in found)
            raise CouldNotRunError(f"The task {name} could be any of {keys}. Write the feature, too.")
        near = nearest(name, self.tasks.ids)
        advice = f"The nearest are {', '.join(near)}." if near else "`specward task` lists what there is."
        raise CouldNotRunError(f"There is no task {name}. {advice}")

    def keep(self, *, whole: bool) -> None:
        """Keep for the next run what this one has found out on the way.

        Args:
            whole: Whether it has asked for everything that is still of use.
        """
        self.contents.save(whole=whole)
        self._settled.save(whole=whole)
        for cache in (self._wordings, self._toml):
            if cache:
                cache.save(whole=whole)

    @cached_property
    def _wordings(self) -> Kept | None:
        return None if self.tracked_state else open_wordings(self.root)

    @cached_property
    def _states(self) -> dict[TaskKey, Status]:
        return {}

    @cached_property
    def _permits(self) -> dict[TaskKey, Permit]:
        return {}
