"""The history record of what a session did for its tasks, written when the verdict on the work is clean.

One record for a piece of work, which is what one session does for one task until it is committed. A session
that goes on writes its record anew.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from specward.agent.bindings import caller_record, session_tasks, words
from specward.agent.record import Caller
from specward.agent.standing import Outstanding
from specward.code.diff import read_changes
from specward.history.model import FOLDER
from specward.history.recorder import Request, has_work, record_work
from specward.storage import write_atomically


def record_session(event: dict[str, object], caller: Caller, work: Outstanding) -> None:
    """Write a record for each task of the caller that there are changes for.

    Args:
        event: Stop or SubagentStop, with the transcript's place and the last answer.
        caller: whose work it is.
        work: the verdict on it.

    Raises:
        CouldNotRunError: a record cannot be written.
    """
    root, place = Path(caller.root), Path(f"{caller.home}.records.json")
    written = _load(place)
    waiting = {change.path for change in read_changes(root) if change.path.startswith(f"{FOLDER}/")}
    own = _file(str(event.get("agent_transcript_path") or caller.transcript))
    for task in _tasks(caller):
        if not has_work(root, task):
            continue
        before = written.get(task, "")
        request = Request(
            transcript=own,
            words=words(caller),
            response=str(event.get("last_assistant_message") or ""),
            grade=_grade(work),
            known=frozenset(waiting),
            replaces=before if before in waiting and (root / before).is_file() else "",
        )
        written[task] = record_work(root, task, request).path
    write_atomically(place, json.dumps(written))


def _tasks(caller: Caller) -> Iterator[str]:
    """Give the tasks to record: a sub-agent answers for its own, the session for all."""
    yield from caller_record(caller).keys if caller.agent else session_tasks(caller)


def _file(path: str) -> Path | None:
    return Path(path) if path and Path(path).is_file() else None


def _load(place: Path) -> dict[str, str]:
    try:
        stored: dict[str, str] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return stored


def _grade(work: Outstanding) -> str:
    before = f" ({work.before} errors stood before it)" if work.before else ""
    return f"specward at the end of the work: PASS{before}"
