"""Which content lies at a path, told without reading what is as it was, in the way of git's index.

A file's state is its inode, size, and the times of its last change and of the last change of its inode, which
nobody sets at will. What changed a moment before it was read could change again within the same tick of the
clock, so its state is not believed.
"""

import os
import time
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeAlias

from specward.code.cache import Cache, digest

_MOMENT = 2_000_000_000  # ns: the coarsest clock of a file system ticks every two seconds
_ALL = "all"

_State: TypeAlias = list[Any]  # four numbers and a digest, as JSON gives them back


class Contents:
    """The digests of a project's files.

    Args:
        root: The repository's top.
        cache: Keeps them between runs; None believes nothing and keeps nothing.
    """

    def __init__(self, root: Path, cache: Cache | None) -> None:
        self._root = f"{root}/"
        self._cache = cache
        self._began = time.time_ns()  # nothing is read before
        kept = cache.get(_ALL) if cache else None
        self._kept: dict[str, _State] = kept if isinstance(kept, dict) else {}
        self._used: dict[str, _State] = {}

    @classmethod
    def open(cls, root: Path, *, cached: bool) -> "Contents":
        """Open what is known of a project's files."""
        return cls(root, Cache.open(root, "contents", "1") if cached else None)

    def known(self, path: str) -> str:
        """Return the digest of a file that is as it was; empty where it must be read, or is no plain file."""
        kept = self._used.get(path) or self._kept.get(path)
        try:
            status = os.lstat(self._root + path) if kept else None
        except OSError:
            return ""
        if kept is None or status is None or not S_ISREG(status.st_mode) or kept[:-1] != _state(status):
            return ""
        self._used[path] = kept
        return str(kept[-1])

    def note(self, path: str, status: os.stat_result, content: bytes) -> str:
        """Return the digest of a content that was just read.

        Args:
            path: Where it stands.
            status: The file's, from before it was read.
            content: All of it.
        """
        name = digest(content)
        if self._began - max(status.st_mtime_ns, status.st_ctime_ns) > _MOMENT:
            self._used[path] = [*_state(status), name]
        return name

    def save(self, *, whole: bool) -> None:
        """Keep it for the next run; `whole`: whether every file was asked for that is still there."""
        states = self._used if whole else self._kept | self._used
        if self._cache and states != self._kept:
            self._cache.put(_ALL, states)
            self._cache.save()


def _state(status: os.stat_result) -> list[int]:
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
