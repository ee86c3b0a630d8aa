"""`specward approve`: a person reads what a task says today, and stamps it."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from specward.approvals.history import told
from specward.approvals.parts import read_parts
from specward.approvals.signatures import Signers, read_signers, sign, signing_key
from specward.approvals.stamps import PATH, Approvals, Stamp, load_approvals, write_approvals
from specward.approvals.status import Approved, Stale, Status, stamp_task, status
from specward.code.git import GitError, git
from specward.commands.task import for_terminal, one_task
from specward.config import Config, find_root, load_config
from specward.errors import CouldNotRunError
from specward.permits.permit import as_json, compile_permit
from specward.specs.model import SpecSet, Task
from specward.specs.reader import read_specs
from specward.specs.resolve import find_task

SUMMARY = "Approve tasks as they stand today, at a terminal."
_NOT_APPROVED = 1
# What coding agents set in the environment of the programs they run.
_AGENTS = (
    "CLAUDECODE",
    "CLAUDE_CODE_",
    "CODEX_SANDBOX",
    "CURSOR_AGENT",
    "GEMINI_CLI",
    "OPENCODE",
    "AI_AGENT",
)
_ENTRIES = ("paths", "tests", "operations", "tables", "dependencies")


class _Candidate(NamedTuple):
    task: Task
    status: Status
    stamp: Stamp  # made from what is shown, before it is shown


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="tasks such as T-101 T-102")
    parser.add_argument("--all", action="store_true", help="every task that is not approved as it stands")
    parser.add_argument(
        "--key", metavar="FILE", help="sign with this key of yours; default: the one git signs with"
    )


def run(options: Namespace) -> int:
    """Show what would be approved, ask, and write the stamps; 1 where the person declines.

    Raises:
        CouldNotRunError: there is no person at a terminal, or a task cannot be approved.
    """
    _require_a_person()
    root = find_root(Path.cwd())
    config = load_config(root)
    spec_sets = read_specs(root, config)
    signers = read_signers(root, config)
    candidates = _candidates(root, _chosen(options, spec_sets), spec_sets, signers)
    if not candidates:
        sys.stdout.write("Nothing to approve: each of these tasks is approved as it stands.\n")
        return 0
    for candidate in candidates:
        text = "\n".join(_shown(root, candidate, spec_sets, config))
        sys.stdout.write(for_terminal(text, colour=not os.environ.get("NO_COLOR")) + "\n")
    if not _confirmed(candidates):
        sys.stdout.write("Nothing was approved.\n")
        return _NOT_APPROVED
    stamps = [each.stamp for each in candidates]
    if signers or options.key:
        stamps = _signed(stamps, options.key or signing_key(root), signers)
    write_approvals(root, load_approvals(root) | {stamp.task: stamp for stamp in stamps})
    sys.stdout.write(f"Approved: {_names(candidates)}. Commit {PATH} apart from the code that it allows.\n")
    return 0


def _require_a_person() -> None:
    agent = next((name for name in sorted(os.environ) if name.startswith(_AGENTS)), None)
    if agent:
        raise CouldNotRunError(
            f"Approval is a person's word, and this is an agent's run ({agent} is set). "
            "Ask a person to run `specward approve` in their own terminal."
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CouldNotRunError(
            "Approval is a person's word: run `specward approve` in a terminal, without pipe or redirection."
        )


def _chosen(options: Namespace, spec_sets: tuple[SpecSet, ...]) -> list[Task]:
    if options.all == bool(options.tasks):
        raise CouldNotRunError("Name the tasks to approve, such as T-101 T-102; or say --all.")
    if options.all:
        return [task for spec_set in spec_sets for task in spec_set.tasks]
    return list(dict.fromkeys(one_task(spec_sets, name) for name in options.tasks))


def _candidates(
    root: Path, tasks: list[Task], spec_sets: tuple[SpecSet, ...], signers: Signers | None
) -> list[_Candidate]:
    approvals: Approvals = load_approvals(root)
    states = [(task, status(task, spec_sets, approvals, signers)) for task in tasks]
    open_ = [(task, state) for task, state in states if not isinstance(state, Approved)]
    faults = [fault for task, _ in open_ for fault in _faults(task, spec_sets)]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise CouldNotRunError(f"What cannot be found cannot be approved:\n{listed}")
    approver, today = _approver(root), datetime.now(UTC).date()
    return [_Candidate(task, state, stamp_task(task, spec_sets, approver, today)) for task, state in open_]


def _signed(stamps: list[Stamp], key: str, signers: Signers | None) -> list[Stamp]:
    signed = [sign(stamp, key) for stamp in stamps]
    refusals = [refusal for refusal in map(signers.refusal, signed) if refusal] if signers else []
    if refusals:
        raise CouldNotRunError(f"{refusals[0]} Nothing was approved.")
    return signed


def _faults(task: Task, spec_sets: tuple[SpecSet, ...]) -> Iterator[str]:
    where = f"{task.place.path}:{task.place.line}: {task.key.id}"
    if find_task(spec_sets, task.key) is None:
        yield f"{where} names more than one task. Give one of them another id."
    for miss in read_parts(task, spec_sets)[1]:
        yield f"{where} cites {miss.citation}: {miss.reason}. {miss.hint}"


def _shown(
    root: Path, candidate: _Candidate, spec_sets: tuple[SpecSet, ...], config: Config
) -> Iterator[str]:
    task, state = candidate.task, candidate.status
    yield f"# {task.key}: {task.title}"
    yield ""
    yield task.text
    yield ""
    permit = as_json(compile_permit((task,), config))
    yield "## It permits"
    yield from (f"  {name}: {', '.join(permit[name])}" for name in _ENTRIES if permit[name])
    yield from (f"  {problem}" for problem in permit["problems"])
    parts = read_parts(task, spec_sets)[0][1:]
    if parts:
        yield "## It cites"
        yield from (f"  {part.name}: {part.section.title}  ({part.section.place.path})" for part in parts)
    if isinstance(state, Stale):
        yield f"## Changed since {state.stamp.date}"
        yield from (f"  {told(root, change, task.key.feature)}" for change in state.changes)
    yield f"`specward task {task.key}` prints it whole."


def _confirmed(candidates: list[_Candidate]) -> bool:
    count = len(candidates)
    wanted = candidates[0].task.key.id if count == 1 else f"approve {count} tasks"
    sys.stdout.write(f'To approve {_names(candidates)}, type "{wanted}": ')
    sys.stdout.flush()
    return sys.stdin.readline().strip() == wanted


def _names(candidates: list[_Candidate]) -> str:
    return ", ".join(str(candidate.task.key) for candidate in candidates)


def _approver(root: Path) -> str:
    """Give the person as git knows them; empty where it does not."""
    name, mail = (_setting(root, key) for key in ("user.name", "user.email"))
    return f"{name} <{mail}>" if name and mail else name or mail


def _setting(root: Path, key: str) -> str:
    try:
        return git(root, "config", "--get", key).decode(errors="replace").strip()
    except GitError:
        return ""
