"""What the work under the bound tasks has to answer for: its own findings, and not those from before it.

When a session is first bound, the state of the tree and its findings are remembered. At the end a finding is
passed over only where it was known then and lies in a file that nobody has touched since, and that is no
uncommitted work of the same tasks. So what the work caused counts, wherever it shows. CI judges all.
"""

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from specward.agent.alarm import OutOfTimeError, time_limit
from specward.agent.permission import compile_record
from specward.agent.record import Caller
from specward.baseline import Baseline, Entry, entry_of, part
from specward.code.diff import read_changes, start_revision
from specward.code.files import list_ignored
from specward.code.git import GitError
from specward.errors import CouldNotRunError
from specward.findings import Finding, Severity
from specward.permits.globs import matches_any
from specward.storage import write_atomically
from specward.verify import verify

TIME_TO_REMEMBER = 45  # seconds; the client gives the hooks that bind 60


class Start(NamedTuple):
    """The tree when the session was first bound."""

    commit: str
    dirty: dict[str, str]  # the digest of each path that differed from the commit
    known: Baseline  # the errors that stood


class Outstanding(NamedTuple):
    """What stands against the work, and how much stood before it."""

    errors: tuple[Finding, ...]
    before: int = 0


def remember(caller: Caller, tasks: tuple[str, ...]) -> None:
    """Remember the tree as it is, once in a session; where that cannot be done, everything will count.

    A model that could have it done again would have its own findings passed over.

    Args:
        caller: whose session is bound.
        tasks: to which tasks.
    """
    root, place = Path(caller.project), _place(caller)
    if not tasks or place.exists():
        return
    try:
        with time_limit(TIME_TO_REMEMBER):
            commit = start_revision(root, "HEAD")
            dirty = {change.path: _digest(root / change.path) for change in read_changes(root, commit)}
            known = Counter(entry_of(error, _text(root, error.place.path)) for error in _errors(root, tasks))
    except (CouldNotRunError, OutOfTimeError):
        return
    rows = [[*entry, count] for entry, count in sorted(known.items())]
    write_atomically(place, json.dumps({"commit": commit, "dirty": dirty, "known": rows}))


def outstanding(caller: Caller, tasks: tuple[str, ...]) -> Outstanding:
    """Verify the whole tree, and return what of it the work has to answer for.

    Raises:
        CouldNotRunError: something keeps the gate from judging.
    """
    root = Path(caller.root)
    errors = _errors(root, tasks)
    start = _load(caller)
    if start is None or not errors:
        return Outstanding(errors)
    try:
        own = _touched(root, start) | _under_way(caller, tasks)
    except GitError:  # the commit has gone, with it what could be compared
        return Outstanding(errors)
    elsewhere = [error for error in errors if error.place.path not in own]
    new, _ = part(elsewhere, start.known, lambda path: _text(root, path))
    counted = tuple(error for error in errors if error.place.path in own or error in new)
    return Outstanding(counted, len(errors) - len(counted))


def _errors(root: Path, tasks: tuple[str, ...]) -> tuple[Finding, ...]:
    findings = verify(root, tasks=tasks).findings
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def _touched(root: Path, start: Start) -> set[str]:
    """Return every path whose content is not what it was at the start."""
    paths = {change.path for change in read_changes(root, start.commit)}
    changed = {path for path in paths if path not in start.dirty}
    return changed | {path for path, digest in start.dirty.items() if _digest(root / path) != digest}


def _under_way(caller: Caller, tasks: tuple[str, ...]) -> set[str]:
    """Return the uncommitted files of the tasks: earlier sessions may have begun the same work."""
    root, permitted = Path(caller.root), compile_record(caller.project, tasks).paths
    changed = {change.path for change in read_changes(root) if matches_any(permitted, change.path)}
    return changed.union(list_ignored(root, permitted))


def _load(caller: Caller) -> Start | None:
    try:
        stored = json.loads(_place(caller).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    known = Counter({Entry(*row[:3]): int(row[3]) for row in stored["known"]})
    return Start(stored["commit"], stored["dirty"], known)


def _place(caller: Caller) -> Path:
    return Path(f"{caller.home}.start.json")


def _digest(path: Path) -> str:
    """Name what stands at a path: a link by where it leads, nothing by nothing."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _text(root: Path, path: str) -> str:
    try:
        return (root / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
