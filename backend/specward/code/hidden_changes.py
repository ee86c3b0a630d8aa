"""Changes that git does not show: it was told not to look at a file, or looks at it through a filter.

Flags of the index (`git update-index --assume-unchanged`, `--skip-worktree`) and filters are settings of one
working tree, which nobody reviews. What the gate judges lies on the disk, so there it looks itself.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from specward.code.blobs import read_blobs
from specward.code.git import GitError, git, path_of

_CODE = (".py", ".pyi", ".sql")  # a filter on other files, as one that encrypts them, may mean well
_MEANS_WELL = b"\ngit-lfs "  # large files lie elsewhere
_FILTERS = r"^filter\..*\.(clean|process)$"


def hidden_changes(
    root: Path, start: str, tagged: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """Give each path whose content on the disk is not that of a commit or tree: path, kind and mode.

    Only those are looked at that git does not look at, or not straight.

    Args:
        root: The repository's top.
        start: The commit or tree.
        tagged: The paths in git's index, each with its tag.

    Raises:
        GitError: `root` is no repository.
    """
    paths = tuple(dict.fromkeys((*_flagged(root, tagged), *_filtered(root))))
    for path, before in read_blobs(root, start, paths).items() if paths else ():
        place = root / path
        if _differs(before, _content(place)):
            mode = "120000" if place.is_symlink() else "100644"
            yield path, "modified" if os.path.lexists(place) else "deleted", mode


def _flagged(root: Path, tagged: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Give the tracked files that git looks at no more; not what a sparse checkout has left out."""
    for tag, path in tagged:
        if tag == "h" or (tag in "Ss" and os.path.lexists(root / path)):
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
