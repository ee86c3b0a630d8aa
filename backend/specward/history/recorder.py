"""Record a piece of work: find out what was done, by whom it was asked, and write it down once."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from specward.code.git import is_repository
from specward.config import load_config
from specward.errors import CouldNotRunError
from specward.history.completion import marked_done
from specward.history.compose import Circumstances
from specward.history.evidence import read_test_run, read_verdict
from specward.history.model import STAGES
from specward.history.recording import find_record, write_record
from specward.history.transcript import Prompt, Transcript, read_transcript
from specward.history.work import Work, branch, changed_work, committed_work, user
from specward.specs.model import Task
from specward.specs.reader import read_specs
from specward.specs.resolve import find_tasks
from specward.storage import write_atomically


class Request(NamedTuple):
    """How the work is to be recorded."""

    base: str | None = None  # compare with this revision instead of the last commit
    commits: bool = False  # take the files from the commits with the trailer `Task: <id>`
    transcript: Path | None = None  # the client's, of the session or the sub-agent
    words: str = ""  # what was asked, where the transcript does not have it (yet)
    junit: Path | None = None  # a report of the test run
    verdict: Path | None = None  # the gate's last, as `verify` keeps it
    grade: str = ""  # or what it says, in a line
    response: str = ""  # the session's last answer, where the transcript may not have it yet
    stage: str = "green"
    day: str | None = None  # YYYY-MM-DD; None is today
    again: bool = False  # even if the same work is recorded already
    known: frozenset[str] | None = None  # the records that may tell of the same work; None is every one
    replaces: str = ""  # the record of the same work at an earlier stage


class Recorded(NamedTuple):
    """The record of a piece of work."""

    path: str  # relative to the repository root
    is_new: bool


def record_work(root: Path, name: str, request: Request) -> Recorded:
    """Write the record of a task's work, unless the same work is recorded already.

    Args:
        root: the repository root.
        name: the task, as `T-042` or `001-auth/T-042`.
        request: how.

    Raises:
        CouldNotRunError: no such task, no work to be found, or a request that makes no sense.
    """
    task = _task(root, name)
    circumstances = _circumstances(root, request)
    work = _work(root, task, request)
    known = None if request.again else find_record(root, task, work, request.known)
    if known:
        return Recorded(known.path, is_new=False)
    if request.replaces:
        (root / request.replaces).unlink(missing_ok=True)
    return Recorded(write_record(root, task, work, circumstances), is_new=True)


def has_work(root: Path, name: str) -> bool:
    """Tell whether there are uncommitted changes that belong to a task.

    Raises:
        CouldNotRunError: no such task, or no repository.
    """
    return bool(changed_work(root, _task(root, name), None))


def complete_task(root: Path, name: str) -> None:
    """Mark a task as done in its document.

    Raises:
        CouldNotRunError: no such task, or it has no place for its state.
    """
    task = _task(root, name)
    text = marked_done(_read(root / task.place.path), task)
    if text is None:
        raise CouldNotRunError(
            f"{task.key.id} has neither a Status line nor a box to tick, so it was not marked as done. "
            f"Add `- **Status**: open` below line {task.place.line} of {task.place.path}."
        )
    if not task.done:
        write_atomically(root / task.place.path, text)


def _task(root: Path, name: str) -> Task:
    tasks = find_tasks(read_specs(root, load_config(root)), name)
    if not tasks:
        raise CouldNotRunError(f"There is no task {name} in the specifications. `specward task` lists them.")
    if len(tasks) > 1:
        keys = " or ".join(str(task.key) for task in tasks)
        raise CouldNotRunError(f"{name} may mean {keys}. Name the feature too.")
    return tasks[0]


def _circumstances(root: Path, request: Request) -> Circumstances:
    if request.stage not in STAGES:
        raise CouldNotRunError(f"{request.stage!r} is not a stage. The stages are {', '.join(STAGES)}.")
    return Circumstances(
        stage=request.stage,
        date=_day(request.day),
        branch=branch(root),
        user=user(root),
        transcript=_transcript(request),
        tests=read_test_run(request.junit) if request.junit else None,
        verdict=read_verdict(request.verdict) if request.verdict else request.grade,
    )


def _transcript(request: Request) -> Transcript | None:
    if request.transcript is None:
        return None
    transcript = read_transcript(_read(request.transcript))
    if request.words and not transcript.prompts:  # a skill that forks hands over a text of its own
        command = request.words if request.words.startswith("/") else ""
        transcript = transcript._replace(prompts=(Prompt(request.words, command),))
    return transcript._replace(response=request.response or transcript.response)


def _work(root: Path, task: Task, request: Request) -> Work:
    if not is_repository(root):
        raise CouldNotRunError(f"{root} is not a git repository, so what was done for a task is unknown.")
    work = Work() if request.commits else changed_work(root, task, request.base)
    work = work or committed_work(root, task)
    if not work:
        raise CouldNotRunError(
            f"Nothing was done for {task.key.id}: no change of the working tree belongs to it, and no commit "
            f"carries the trailer `Task: {task.key.id}`. Name a revision with --base to look further back."
        )
    return work


def _day(day: str | None) -> str:
    if day is None:
        return datetime.now().astimezone().date().isoformat()
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise CouldNotRunError(f"{day!r} is not a date of the form YYYY-MM-DD.") from error


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise CouldNotRunError(f"{path} cannot be read: {error.strerror}.") from error
