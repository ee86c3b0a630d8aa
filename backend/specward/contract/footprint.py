"""What a start of the application has read of the project, so that it is started again when that has changed.

A probe names the files it has read and the folders it has listed. A folder counts by the names in it: a new
module may stand in front of another one, and a file that was looked for and not there may come.
"""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from specward.code.cache import digest

_NOT_OURS = frozenset({"site-packages", "__pycache__", ".git", ".specward"})


def footprint(root: Path, read: object) -> dict[str, str]:
    """Return what is there now under each path that a probe names.

    Args:
        root: The repository's top; what lies outside is no work of the project, but a package's.
        read: The probe's list of absolute paths.
    """
    paths = sorted({str(path) for path in read}) if isinstance(read, list) else []
    inside = (os.path.relpath(path, root) for path in paths if path.startswith(f"{root}{os.sep}"))
    return {path: _state(root / path) for path in inside if not _NOT_OURS & {*Path(path).parts}}


def is_unchanged(root: Path, kept: object) -> bool:
    """Whether a footprint, as it was kept, is still that of the project."""
    if not isinstance(kept, Mapping) or not kept:
        return False
    return all(_state(root / str(path)) == state for path, state in kept.items())


def _state(path: Path) -> str:
    try:
        if path.is_dir():
            names = sorted(name for name in os.listdir(path) if name not in _NOT_OURS)  # noqa: PTH208 -- names
            return sha256("\0".join(names).encode(errors="surrogateescape")).hexdigest()
        return digest(path.read_bytes())
    except OSError:
        return ""
