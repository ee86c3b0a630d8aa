"""What was done for a task: the files of the working tree's changes, or of the commits that name it."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from specward.code.diff import read_changes
from specward.code.git import GitError, git, path_of
from specward.code.headers import parse_headers
from specward.history.model import FOLDER as RECORDS
from specward.permits.globs import matches_any
from specward.specs.elsewhere import FOLDERS
from specward.specs.ids import squash
from specward.specs.model import Task

TRAILER = "Task"
# What the record itself, and who plans, writes.
_PLANS = tuple(f"{folder}/**" for folder in ("specs", *FOLDERS))
_OWN = (f"{RECORDS}/**", ".specward/**", *_PLANS)


class Work(NamedTuple):
    """The files of one piece of work, sorted."""

    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.files or self.tests)


def changed_work(root: Path, task: Task, base: str | None) -> Work:
    """Return the changes of the working tree that belong to a task: its own by header, or by permit.

    Args:
        root: the repository root.
        task: the task.
        base: a revision to compare with; None is the last commit.

    Raises:
        GitError: no repository, or no such revision.
    """
    paths = (change.path for change in read_changes(root, base))
    return _sort(task, (path for path in paths if _belongs(root, task, path)))


def committed_work(root: Path, task: Task) -> Work:
    """Return the files of every commit up to HEAD that carries the trailer `Task: <id>`.

    Of a commit that names several tasks, those files that name it or, having no header, that it permits.

    Raises:
        GitError: no repository, or no commit yet.
    """
    form = f"--format=%x01%(trailers:key={TRAILER},valueonly,separator=%x2C)"
    output = git(root, "log", "-z", "--name-only", "--no-renames", "--no-merges", form, "HEAD")
    paths: set[str] = set()
    for entry in output.split(b"\x01")[1:]:
        trailer, *names = (part for part in entry.replace(b"\n", b"\0").split(b"\0") if part)
        named = trailer.decode(errors="replace").split(",")
        if any(_is(name.strip(), task) for name in named):
            alone = len(named) == 1
            paths.update(path for path in map(path_of, names) if alone or _belongs(root, task, path))
    return _sort(task, (path for path in paths if (root / path).exists()))  # later commits may have moved it


def branch(root: Path) -> str:
    """Return the branch that is checked out; empty where there is none."""
    return _ask(root, "symbolic-ref", "--short", "-q", "HEAD")


def user(root: Path) -> str:
    """Return the name of whoever commits here; empty where git does not know."""
    return _ask(root, "config", "user.name")


def _ask(root: Path, *arguments: str) -> str:
    try:
        return git(root, *arguments).decode(errors="replace").strip()
    except GitError:
        return ""


def _belongs(root: Path, task: Task, path: str) -> bool:
    """Let a file's own header decide; one without belongs to whoever permits it."""
    try:
        text = (root / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    mentions = [mention.text[0] for header in parse_headers(text) for mention in header.tasks]
    if mentions:
        return any(_is(mention, task) for mention in mentions)
    return matches_any((*task.files, *task.tests), path)


def _sort(task: Task, paths: Iterable[str]) -> Work:
    kept = sorted({path for path in paths if not matches_any(_OWN, path)})
    tests = tuple(path for path in kept if matches_any(task.tests, path) or path.startswith("tests/"))
    return Work(tuple(path for path in kept if path not in tests), tests)


def _is(name: str, task: Task) -> bool:
    feature, _, task_id = name.rpartition("/")
    return squash(task_id) == squash(task.key.id) and feature in ("", task.key.feature)
