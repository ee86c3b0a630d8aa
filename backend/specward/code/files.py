"""Which files a set of globs names, without those that git ignores."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from stat import S_ISDIR

from specward.code.git import git_paths, is_repository
from specward.permits.globs import is_literal, matches_any

_NEVER = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".specward"})
_IMPORTED = frozenset({"__pycache__"})  # a source file in there runs like any other


def list_files(root: Path, globs: Sequence[str], *, exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the paths that match a glob, sorted, relative to `root`: tracked or new, and there on the disk.

    Git knows what is ignored; in a folder that is no repository everything counts but the usual caches. A
    folder that nobody may look into stands for what is in it, with a slash at its end; so does another
    repository.
    """
    if is_repository(root):
        wanted = [f":(glob){glob}" for glob in globs] + [f":(exclude,glob){glob}" for glob in exclude]
        found = git_paths(root, "ls-files", "--cached", "--others", "--exclude-standard", "--", *wanted)
        there = {_as_there(root, path) for path in found.paths} - {""}
        return tuple(sorted(there.union(found.locked)))
    walked = (path for path in _walk(root) if matches_any(tuple(globs), path))
    return tuple(sorted(path for path in walked if not matches_any(tuple(exclude), path)))


def in_place_of(globs: Iterable[str]) -> Iterator[str]:
    """Give the folders that globs begin with, as globs of git's that match what is no folder there.

    A link or another repository in such a place takes everything away that the globs would match.
    """
    for glob in globs:
        literal = takewhile(is_literal, glob.split("/")[:-1])
        for folder in accumulate(literal, "{}/{}".format):
            itself = f"{folder[:-1]}[{folder[-1]}]"
            yield from (itself, f"{itself}/")  # git lists a repository that it does not track with a slash


def list_ignored(root: Path, globs: Sequence[str]) -> tuple[str, ...]:
    """Return the files that match a glob and that git ignores; not those of environments and packages."""
    if not globs or not is_repository(root):
        return ()
    wanted = [f":(glob){glob}" for glob in globs]
    others = [f":(exclude,glob)**/{name}/**" for name in sorted(_NEVER - _IMPORTED)]
    found = git_paths(root, "ls-files", "--others", "--ignored", "--exclude-standard", "--", *wanted, *others)
    return found.paths


def _as_there(root: Path, path: str) -> str:
    """Return a path as it is there: empty where it is not, with a slash where it is another repository.

    What a locked folder hides is there; whoever reads it tells so.
    """
    try:
        if path.endswith("/") or not S_ISDIR(os.lstat(f"{root}/{path}").st_mode):
            return path
        place = root / path
        is_other = is_repository(place) or not any(place.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return path
    return f"{path}/" if is_other else ""


def list_tracked(root: Path, folder: str) -> tuple[str, ...]:
    """Return what git tracks below a folder."""
    if not is_repository(root):
        return ()
    return git_paths(root, "ls-files", "--", folder).paths


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _NEVER]
        prefix = Path(folder).relative_to(root)
        yield from ((prefix / name).as_posix() for name in names)
