"""Which files a set of globs names, without those that git ignores."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from specward.code.git import git, is_repository, path_of

_NEVER = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".specward"})
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def list_files(root: Path, globs: Sequence[str], *, exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the paths that match a glob, sorted, relative to `root`: tracked or new, and there on the disk.

    Git knows what is ignored; in a folder that is no repository everything counts but the usual caches.
    """
    if is_repository(root):
        wanted = [f":(glob){glob}" for glob in globs] + [f":(exclude,glob){glob}" for glob in exclude]
        output = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted)
        candidates = {path_of(raw) for raw in output.split(b"\0") if raw}
        return tuple(sorted(path for path in candidates if os.path.lexists(root / path)))
    included, excluded = _pattern(globs), _pattern(exclude)
    return tuple(
        sorted(path for path in _walk(root) if included.fullmatch(path) and not excluded.fullmatch(path))
    )


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _NEVER]
        prefix = Path(folder).relative_to(root)
        yield from ((prefix / name).as_posix() for name in names)


def _pattern(globs: Sequence[str]) -> re.Pattern[str]:
    if not globs:
        return re.compile(r"(?!)")
    return re.compile(
        "|".join(
            "".join(_WILD.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob))
            for glob in globs
        ),
        re.DOTALL,
    )
