"""What changed in the working tree, against the last commit or a base revision."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from specward.code.blobs import read_blobs
from specward.code.git import GitError, git, git_paths, is_repository, path_of
from specward.code.hidden_changes import hidden_changes

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's name of the tree without files
_UNTRACKED = "?"  # its tag in a listing
_KINDS = {"A": "added", "M": "modified", "D": "deleted", "T": "retyped"}


class Change(NamedTuple):
    """One path that differs. A rename is a deletion and an addition: a permit must allow both ends."""

    path: str
    kind: str  # added, modified, deleted or retyped
    mode: str = "100644"  # as git has it: 120000 is a symlink, 160000 a submodule, 000000 nothing

    @property
    def is_symlink(self) -> bool:
        """Whether the path is a symbolic link now."""
        return self.mode == "120000"


def read_changes(root: Path, base: str | None = None) -> tuple[Change, ...]:
    """Return the changed paths of the working tree, untracked ones included, sorted by path.

    Args:
        root: The repository's top.
        base: A revision; what counts is its merge base with HEAD, so that what others did on the
            base since is nobody's change here. Without it: the last commit.

    Raises:
        GitError: `root` is no repository, or the revision is unknown.
    """
    return changes_since(root, start_revision(root, base))


def changes_since(root: Path, start: str) -> tuple[Change, ...]:
    """Return the same, counted from a commit or tree as `start_revision` returns it."""
    tracked = git(root, "diff", "--raw", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=none",
                  start, "--")  # fmt: skip
    listing = git_paths(root, "ls-files", "-v", "--cached", "--others", "--exclude-standard")
    tagged = [(path[0], path[2:]) for path in listing.paths]
    hidden = (Change(*change) for change in hidden_changes(root, start, tagged))
    untracked = (path for tag, path in tagged if tag == _UNTRACKED)
    new = (*(_untracked(root, path) for path in untracked), *map(_locked, listing.locked))
    found = {change.path: change for change in (*hidden, *new, *parse_raw(tracked))}
    return tuple(sorted(found.values()))


def start_revision(root: Path, base: str | None) -> str:
    """Return the commit or tree that changes are counted from.

    Raises:
        GitError: `root` is no repository, or the base is unknown here or shares no history with HEAD.
    """
    if not is_repository(root):
        raise GitError(
            f"{root} is not a git repository. Run `git init` there, or leave out --base and --task."
        )
    head = _commit(root, "HEAD")
    if base is None:
        return head or _EMPTY_TREE
    commit = _commit(root, base)
    if commit is None and head is None:
        raise GitError(f"There is no revision {base!r} here: nothing is committed yet.")
    if commit is None:
        raise GitError(
            f"The revision {base!r} is unknown here: it is misspelt, or not fetched yet "
            f"(`git fetch origin`).{_shallow(root)}"
        )
    if head is None:
        return commit
    try:
        return git(root, "merge-base", commit, head).decode().strip()
    except GitError as error:
        raise GitError(f"The revision {base!r} shares no history with HEAD.{_shallow(root)}") from error


def parse_raw(output: bytes) -> tuple[Change, ...]:
    r"""Read `git diff --raw -z --no-renames`: `:oldmode newmode oldid newid STATUS\0path\0`, repeated."""
    fields = output.split(b"\0")
    return tuple(
        _change(header.decode(), path_of(raw)) for header, raw in zip(fields[::2], fields[1::2], strict=False)
    )


def read_before(root: Path, revision: str, paths: Iterable[str]) -> Mapping[str, str | None]:
    """Return the texts of files at a revision, by path; None where one did not exist or is no text."""
    return {path: _text(content) for path, content in read_blobs(root, revision, paths).items()}


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _shallow(root: Path) -> str:
    """Say what is to be done where a clone has a part of the history only; empty where it has all of it."""
    if git(root, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return ""
    return (
        " This clone is shallow: check out the whole history (`fetch-depth: 0` in CI), or run "
        "`git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'`."
    )


def _change(header: str, path: str) -> Change:
    _, mode, _, _, status = header.split(" ")
    return Change(path, _KINDS.get(status[:1], "modified"), mode)


def _untracked(root: Path, path: str) -> Change:
    if path.endswith("/"):
        return Change(path.rstrip("/"), "added", "160000")
    return Change(path, "added", "120000" if (root / path).is_symlink() else "100644")


def _locked(folder: str) -> Change:
    """Whatever is in a folder that nobody may look into may be new, so the folder is."""
    return Change(folder.rstrip("/"), "added", "040000")


def _commit(root: Path, revision: str) -> str | None:
    try:
        return (
            git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
            .decode()
            .strip()
        )
    except GitError:
        return None
