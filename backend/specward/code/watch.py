"""Notices that files have changed, by looking at their times and sizes twice a second.

Looking is enough: git lists the files of a large project in some 20 ms, it works on every file system, those
of networks and containers included, and the gate needs no library for it.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from specward.code.files import list_files
from specward.storage import FOLDER

PAUSE = 0.5  # seconds
# What a check itself writes, where git is not told to ignore it.
_WRITTEN = (f"{FOLDER}/**", ".mypy_cache/**", ".ruff_cache/**")

_Stamps = Mapping[str, tuple[int, int]]


def watch(root: Path) -> Iterator[tuple[str, ...]]:
    """Give nothing at once, and from then on the paths that changed, whenever some did and rest again.

    What changes while the caller works on one answer is in the next. It never ends by itself.

    Args:
        root: The repository's top; what git ignores there is not looked at.
    """
    seen = _stamps(root)
    yield ()
    while True:
        now = _after_a_change(root, seen)
        yield tuple(sorted(path for path in seen.keys() | now.keys() if seen.get(path) != now.get(path)))
        seen = now


def _after_a_change(root: Path, seen: _Stamps) -> _Stamps:
    """Wait for a state that is not the one seen, and that two looks agree on: an editor saves in steps."""
    before = seen
    while True:
        time.sleep(PAUSE)
        now = _stamps(root)
        if now == before != seen:
            return now
        before = now


def _stamps(root: Path) -> _Stamps:
    return dict(_stamp(root, path) for path in list_files(root, ("**",), exclude=_WRITTEN))


def _stamp(root: Path, path: str) -> tuple[str, tuple[int, int]]:
    try:
        found = (root / path).lstat()
    except OSError:  # it has gone since it was listed
        return path, (0, 0)
    return path, (found.st_mtime_ns, found.st_size)
