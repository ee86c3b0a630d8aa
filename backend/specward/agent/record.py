"""What the gate knows about a caller between two calls: its permit, kept under `.specward/run/<session>/`.

The slow path writes records, the fast path reads them. A record is good only while every file it rests on is
as it was: specifications, approvals, settings. Part of the fast path: built-in modules only.
"""

import marshal
import posix

from specward.agent.paths import is_same_repository, real, toplevel

FORMAT = 1
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

FIELDS = ("asked", "tasks", "keys", "paths", "dependencies", "territory", "control", "missing", "stamps")

Stamp = tuple[str, int, int]  # path, time of the last change in ns, size


class Record:
    """One caller's permit, with the time stamps of all it was made from."""

    __slots__ = FIELDS

    def __init__(  # noqa: PLR0913, PLR0917 (a value; a NamedTuple costs the import of typing)
        self,
        asked: tuple[str, ...],
        tasks: tuple[str, ...],
        keys: tuple[str, ...],
        paths: tuple[str, ...],
        dependencies: tuple[str, ...],
        territory: tuple[str, ...],
        control: tuple[str, ...],
        missing: str,
        stamps: tuple[Stamp, ...],
    ) -> None:
        self.asked = asked  # tasks as somebody named them
        self.tasks = tasks  # ids of those that may be worked on
        self.keys = keys  # the same with their features, which alone are unambiguous
        self.paths = paths  # globs it may write
        self.dependencies = dependencies  # distributions it may add
        self.territory = territory  # globs, with the case folded, that nobody writes without a task
        self.control = control  # globs, with the case folded, that no model session writes
        self.missing = missing  # why tasks that were asked for may not be worked on, in sentences
        self.stamps = stamps

    @property
    def fresh(self) -> bool:
        """Whether everything the record rests on is unchanged."""
        return all(stamp(path) == (path, time, size) for path, time, size in self.stamps)


def stamp(path: str) -> Stamp:
    """Return what tells one state of a file from another; zeros for a file that is not there."""
    try:
        status = posix.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


def load(path: str) -> Record | None:
    """Return the record at a path, fresh or not; None where there is none that this version can read.

    Raises:
        ValueError: it is damaged. What it was bound to is not known then, so nothing may go on as if unbound.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib is too slow here)
            version, *values = marshal.load(file)  # noqa: S302 (the gate's own file, closed to every model)
        return Record(*values) if version == FORMAT else None
    except FileNotFoundError:
        return None
    except (EOFError, TypeError, ValueError):
        raise ValueError(f"{path} is damaged: remove it, and name the task again") from None


def save(path: str, record: Record) -> None:
    """Write a record whole or not at all, so that a call in parallel never reads half of one."""
    values = [getattr(record, name) for name in FIELDS]
    draft = f"{path.rpartition('/')[0]}.{posix.getpid()}"  # beside the folder, where nobody looks for records
    with open(draft, "wb") as file:  # noqa: PTH123 (see load)
        marshal.dump((FORMAT, *values), file)
    posix.replace(draft, path)


class Caller:
    """Who is asking: the session, the sub-agent inside it, and the folders that concern them."""

    __slots__ = ("agent", "engineer", "home", "project", "root", "session", "transcript")

    def __init__(self, event: dict[str, object]) -> None:
        self.session = _name(event["session_id"])
        self.agent = _name(event["agent_id"]) if event.get("agent_id") else ""
        self.transcript = str(event.get("transcript_path") or "")
        kind = str(event.get("agent_type") or "")
        self.engineer = kind.rpartition(":")[2] == "backend-engineer"  # plugins put their name before it
        here = toplevel(real(str(event["cwd"])))
        start = posix.environ.get(b"CLAUDE_PROJECT_DIR")
        self.project = toplevel(real(start.decode())) if start else here
        self.root = here if here == self.project or is_same_repository(here, self.project) else self.project
        self.home = f"{self.project}/.specward/run/{self.session}"

    @property
    def path(self) -> str:
        """Where the caller's own record is kept."""
        return f"{self.home}/agent-{self.agent}" if self.agent else f"{self.home}/session"


def _name(value: object) -> str:
    """Return an id of the client's, which becomes a file name here."""
    name = str(value)
    if not name or not NAME_CHARACTERS.issuperset(name):
        raise ValueError(f"{name!r} is not a session or agent id")
    return name
