"""Who is bound to which tasks: found when a prompt, a delegation or a first tool call comes, kept as records.

A session is bound by the user's prompt, a delegated call by the prompt it hands over. A sub-agent finds its
call through the file the client keeps beside its transcript (`agent-<id>.meta.json`, client 2.1.330; not
documented, so never relied on alone).
"""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from specward.agent.record import Caller, Record, load, save
from specward.storage import write_atomically

TIME_TO_BIND = 52  # seconds; the client gives the hooks that bind 60
KEPT = 30 * 24 * 3600  # seconds: as long as the client keeps a session that can be resumed


def is_order(prompt: str) -> bool:
    """Tell whether a person wrote the prompt. The client submits notes of its own the same way.

    Such a note (`<task-notification>`, client 2.1.330) quotes what a sub-agent said last, and would let it
    choose the session's next task. It begins with a tag; nothing that does binds anybody.
    """
    return not prompt.lstrip().startswith("<")


def bind_session(caller: Caller, asked: tuple[str, ...]) -> Record:
    """Bind the session to the tasks a person asked for; what it was bound to before stays on record."""
    signal.alarm(TIME_TO_BIND)
    own = Path(caller.home, "session")
    before = load(str(own))
    if before and before.tasks:
        own.rename(own.with_name(f"earlier-{time.time_ns()}"))
    record = _keep(own, _compiled(caller, asked))
    _remember(caller, record)
    return record


def keep_words(caller: Caller, prompt: str) -> None:
    """Keep the prompt that bound the session: of a forking skill, the transcript has it at the end only."""
    write_atomically(Path(f"{caller.home}.prompt"), prompt)


def words(caller: Caller) -> str:
    """Return the prompt that bound the session last; empty where none did."""
    try:
        return Path(f"{caller.home}.prompt").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def bind_call(caller: Caller, call: str, asked: tuple[str, ...]) -> Record:
    """Bind a delegated call to its tasks: it keeps its record only where there is something to do."""
    signal.alarm(TIME_TO_BIND)
    record = _compiled(caller, asked)
    if not record.tasks:
        return record
    _remember(caller, record)
    return _keep(Path(caller.home, f"call-{call}"), record)


def session_record(caller: Caller) -> Record:
    """Return the session's own record, compiled anew where something it rests on has changed."""
    return _renewed(caller, Path(caller.home, "session"))


def caller_record(caller: Caller) -> Record:
    """Return the record that judges this caller, kept where the fast path looks for it."""
    if not caller.agent:
        return session_record(caller)
    source = _source(caller)
    record = _renewed(caller, source) if source else _compiled(caller, ())
    return _keep(Path(caller.path), record)


def session_tasks(caller: Caller) -> tuple[str, ...]:
    """Return every task that anybody in this session was bound to: the working tree is theirs together."""
    records = [load(str(path)) for path in sorted(Path(caller.home).glob("*"))]
    return tuple(dict.fromkeys(task for record in records if record for task in record.keys))


def starting_tasks(caller: Caller) -> tuple[str, ...]:
    """Return what a sub-agent that is just starting may be meant for: the client does not say yet."""
    records = [load(str(path)) for path in _calls(caller)] or [session_record(caller)]
    return tuple(dict.fromkeys(name for record in records if record for name in record.asked))


def forget(caller: Caller) -> None:
    """Remove what sessions of long ago left behind."""
    import shutil  # noqa: PLC0415  # 3 ms that no write needs

    for path in Path(caller.home).parent.glob("*"):
        if path.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _source(caller: Caller) -> Path | None:
    """Return the record a sub-agent takes its permit from; None where several are possible."""
    session = Path(caller.home, "session")
    if not caller.engineer:
        return session
    calls = list(_calls(caller))
    started_by = _started_by(caller)
    if started_by:
        own = Path(caller.home, f"call-{started_by}")
        return own if own in calls else session  # a skill that forks has no delegated call
    return session if not calls else calls[0] if len(calls) == 1 else None


def _started_by(caller: Caller) -> str:
    """Return the id of the tool call that started a sub-agent; empty if the client does not say."""
    folder = Path(caller.transcript.removesuffix(".jsonl"), "subagents")
    try:
        meta = json.loads((folder / f"agent-{caller.agent}.meta.json").read_text(encoding="utf-8"))
        return str(meta["toolUseId"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _calls(caller: Caller) -> Iterator[Path]:
    return Path(caller.home).glob("call-*")


def _renewed(caller: Caller, path: Path) -> Record:
    record = load(str(path))
    if record and record.fresh:
        return record
    return _keep(path, _compiled(caller, record.asked if record else ()))


def _compiled(caller: Caller, asked: tuple[str, ...]) -> Record:
    from specward.agent.permission import compile_record  # noqa: PLC0415  # 2 ms, while a record is fresh

    return compile_record(caller.project, asked)


def _remember(caller: Caller, record: Record) -> None:
    from specward.agent.standing import remember  # noqa: PLC0415  # the same

    remember(caller, record.keys)


def _keep(path: Path, record: Record) -> Record:
    path.parent.mkdir(parents=True, exist_ok=True)
    save(str(path), record)
    return record
