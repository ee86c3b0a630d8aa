"""Changes that git does not tell: it was told not to look at a file, or looks at it through a filter.

Flags of the index (`git update-index --assume-unchanged`, `--skip-worktree`) and filters are settings of one
working tree, which nobody reviews. What the gate judges lies on the disk, so there it looks itself.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from specward.code.git import GitError, git, path_of

_CODE = (".py", ".pyi", ".sql")  # a filter on other files, as one that encrypts them, may mean well
_MEANS_WELL = b"\ngit-lfs "  # large files lie elsewhere
_FILTERS = r"^filter\..*\.(clean|process)$"


def read_blob(root: Path, revision: str, path: str) -> bytes | None:
    """Return a file's content at a revision; None where there was none."""
    try:
        return git(root, "cat-file", "blob", f"{revision}:{path}")
    except GitError:
        return None


def untold(root: Path, start: str) -> Iterator[tuple[str, str, str]]:
    """Give each path whose content on the disk is not that of a commit or tree: path, kind and mode.

    Only those are looked at that git does not look at, or not straight.

    Raises:
        GitError: `root` is no repository.
    """
    for path in dict.fromkeys((*_flagged(root), *_filtered(root))):
        place = root / path
        if _differs(read_blob(root, start, path), _content(place)):
            mode = "120000" if place.is_symlink() else "100644"
            yield path, "modified" if os.path.lexists(place) else "deleted", mode


def _flagged(root: Path) -> Iterator[str]:
    """Give the tracked files that git looks at no more; not what a sparse checkout has left out."""
    for raw in git(root, "ls-files", "-v", "-z").split(b"\0"):
        tag, path = raw[:1], path_of(raw[2:])
        if tag == b"h" or (tag in (b"S", b"s") and os.path.lexists(root / path)):
            yield path


def _filtered(root: Path) -> Iterator[str]:
    """Give the tracked code that a filter turns into what git sees of it."""
    try:
        settings = git(root, "config", "-z", "--get-regexp", _FILTERS).split(b"\0")
    except GitError:  # there is no filter
        return
    names = {item.partition(b"\n")[0].decode() for item in settings if item and _MEANS_WELL not in item}
    wanted = [_glob(name.split(".", 1)[1].rpartition(".")[0], ending) for name in names for ending in _CODE]
    if wanted:
        yield from map(path_of, filter(None, git(root, "ls-files", "-z", "--", *wanted).split(b"\0")))


def _glob(name: str, ending: str) -> str:
    return f":(glob,attr:filter={re.escape(name)})**/*{ending}"


def _content(path: Path) -> bytes | None:
    """Return what git keeps of what stands there: of a link where it leads; None: nothing."""
    try:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _differs(before: bytes | None, now: bytes | None) -> bool:
    """Whether contents differ in more than the ends of their lines, which a checkout may change."""
    if before is None or now is None:
        return before is not now
    return before != now and before.replace(b"\r\n", b"\n") != now.replace(b"\r\n", b"\n")
