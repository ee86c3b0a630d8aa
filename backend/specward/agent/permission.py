"""From what somebody asked for to a record: which of the tasks are approved, and what they permit."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from specward.agent.policy import SETTINGS
from specward.agent.record import Record, Stamp, stamp
from specward.approvals.signatures import Signers, read_signers
from specward.approvals.stamps import PATH as APPROVALS
from specward.approvals.stamps import Approvals, load_approvals
from specward.approvals.status import Approved, Stale, status
from specward.brief import brief
from specward.config import Config, load_config
from specward.errors import CouldNotRunError
from specward.permits.permit import DEPENDENCY_FILE, compile_permit
from specward.specs.cache import Cache
from specward.specs.elsewhere import FOLDERS
from specward.specs.model import SpecSet, Task
from specward.specs.reader import read_specs
from specward.specs.resolve import find_tasks

# What no model session writes, whatever it works on.
GUARDED = (
    ".claude/**",
    ".mcp.json",
    ".specward/**",
    ".venv/**",  # where the gate is installed, and git sees nothing
    "venv/**",
    "specs/**/approvals.toml",
    "history/prompts/**",
    ".ci/**",
    ".github/**",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
)
NO_TASK = 'No task is bound. Ask for one by its id, as in "Implement task T-042".'


class Law(NamedTuple):
    """What the gate goes by."""

    root: Path
    config: Config
    spec_sets: tuple[SpecSet, ...]
    approvals: Approvals
    signers: Signers | None


def compile_record(project: str, asked: tuple[str, ...]) -> Record:
    """Compile the permit of the tasks that somebody asked for, as far as they are approved.

    A gate that cannot read what it goes by gives a record too: one that permits nothing and says why.

    Args:
        project: the repository's root.
        asked: task names as written, `T-042` or `001-auth/T012`.
    """
    root = Path(project)
    try:
        law = _read(root)
        found = [_sort(law, name) for name in asked]
        missing = [answer for answer in found if isinstance(answer, str)] if asked else [NO_TASK]
    except CouldNotRunError as error:
        law, found, missing = Law(root, Config(), (), {}, None), [], [str(error)]
    tasks = tuple(dict.fromkeys(answer for answer in found if isinstance(answer, Task)))
    return _record(law, asked, tasks, missing)


def brief_of(project: str, keys: tuple[str, ...]) -> str:
    """Return the briefs of approved tasks, one below the other."""
    law = _read(Path(project))
    tasks = (task for key in keys for task in find_tasks(law.spec_sets, key))
    return "\n".join(brief(law.root, task, law.spec_sets, law.approvals, law.config) for task in tasks)


def tests_of(project: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the globs of the tests that approved tasks permit."""
    law = _read(Path(project))
    tasks = (task for key in keys for task in find_tasks(law.spec_sets, key))
    return compile_permit(tasks, law.config).tests


def _read(root: Path) -> Law:
    config = load_config(root)
    return Law(
        root, config, read_specs(root, config, Cache(root)), load_approvals(root), read_signers(root, config)
    )


def _sort(law: Law, name: str) -> Task | str:
    """Return the one approved task of a name; or say why there is none, and what to ask for."""
    found = find_tasks(law.spec_sets, name)
    if not found:
        return f"{name} is in no task list: ask for the right id, or for the task to be written."
    if len(found) > 1:
        return (
            f"{name} names several tasks: ask which is meant, {', '.join(str(task.key) for task in found)}."
        )
    state = status(found[0], law.spec_sets, law.approvals, law.signers)
    if isinstance(state, Approved):
        return found[0]
    advice = f"Ask a person to read it and to run `specward approve {found[0].key}`."
    if isinstance(state, Stale):
        changes = "; ".join(str(change) for change in state.changes)
        return f"The approval of {name} is stale: {changes}. {advice}"
    return f"{name} is not approved: {state.reason} {advice}"


def _record(law: Law, asked: tuple[str, ...], tasks: tuple[Task, ...], missing: list[str]) -> Record:
    permit = compile_permit(tasks, law.config)
    extra = (DEPENDENCY_FILE,) if permit.dependencies else ()
    closed = (glob for glob in permit.control if tasks and glob not in extra)
    signers = filter(None, (law.config.signers,))
    problems = (f"{problem.message} {problem.hint}" for problem in permit.problems)
    return Record(
        asked=asked,
        tasks=tuple(task.key.id for task in tasks),
        keys=tuple(str(task.key) for task in tasks),
        paths=(*permit.paths, *permit.tests, *extra),
        dependencies=permit.dependencies,
        territory=tuple(glob.casefold() for glob in law.config.territory),
        control=tuple(dict.fromkeys(glob.casefold() for glob in (*GUARDED, *signers, *closed))),
        missing=" ".join((*missing, *problems)),
        stamps=tuple(_stamps(law)),
    )


def _stamps(law: Law) -> Iterator[Stamp]:
    """Stamp all that a record rests on: settings, approvals, documents, and the folders that hold them."""
    documents = [law.root / document.path for spec_set in law.spec_sets for document in spec_set.documents]
    places = [law.root / folder for folder in ("specs", *FOLDERS)]
    folders = [*places, *(path.parent for path in documents)]
    files = [law.root / name for name in (*SETTINGS, APPROVALS, law.config.signers) if name]
    return (stamp(str(path)) for path in dict.fromkeys((*files, *documents, *folders)))
