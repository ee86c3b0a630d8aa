"""Whether the files that a record names were there when it was written."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from specward.code.git import GitError, git, is_repository, path_of
from specward.history.model import StoredRecord
from specward.permits.globs import is_plain

_NOTHING = ("none", "null", "n/a", "-")
_LISTED = ("ls-tree", "-r", "-z", "--name-only")


def absent_files(root: Path, stored: StoredRecord) -> tuple[str, ...]:
    """Return the files of a record that are neither here, nor in its commit, nor in the one before.

    Args:
        root: the repository root.
        stored: the record. One that is not committed yet is held against HEAD.
    """
    named = [
        claim for entry in (*stored.record.files, *stored.record.tests) if (claim := _claim(root, entry))
    ]
    missing = [path for path in named if not _is_here(root, path)]
    if not missing:
        return ()
    known = set(_committed(root, stored.path, filter(is_plain, missing)))
    return tuple(path for path in missing if path not in known)


def _claim(root: Path, entry: str) -> str:
    """Return the file that an entry names; empty for `N/A (planning)`, or for what was tried, in words."""
    first, _, more = entry.partition(" ")
    if first.lower() in _NOTHING or (more and _is_here(root, entry)):
        return ""
    return first if not more or "/" in first or PurePosixPath(first).suffix else ""


def _is_here(root: Path, path: str) -> bool:
    return is_plain(path) and (root / path).exists()


def _committed(root: Path, path: str, files: Iterable[str]) -> Iterator[str]:
    """Give those of some files that were there when a record was committed, or before that."""
    wanted = tuple(f":(literal){file}" for file in files)
    if not (wanted and is_repository(root)):
        return
    commit = _ask(root, "log", "-1", "--diff-filter=A", "--format=%H", "--", path).decode().strip() or "HEAD"
    for revision in (commit, f"{commit}^"):
        yield from map(path_of, _ask(root, *_LISTED, revision, "--", *wanted).split(b"\0"))


def _ask(root: Path, *arguments: str) -> bytes:
    try:
        return git(root, *arguments)
    except GitError:  # no commit yet, or none before this one
        return b""
