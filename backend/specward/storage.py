"""The gate's own files: never half written, never followed through a link."""

import os
import time
from pathlib import Path

from specward.errors import CouldNotRunError

FOLDER = ".specward"


_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_READ, _APPEND = os.O_RDONLY | _SAFELY, os.O_WRONLY | os.O_APPEND | _SAFELY


def read_state(path: Path) -> bytes:
    """Read a file; a pipe without a writer is empty, and does not keep the gate waiting.

    Raises:
        OSError: there is none, it is a link or a folder, or it may not be read.
    """
    with open(os.open(path, _READ), "rb") as stream:  # noqa: PTH123 -- pathlib takes no flags
        return stream.read()


def append(path: Path, text: str) -> None:
    """Add to the end of a file, in one piece.

    Raises:
        CouldNotRunError: the disk refuses, it is a link, or a pipe that nobody reads; the text names it.
    """
    try:
        with open(os.open(path, _APPEND), "ab", buffering=0) as stream:  # noqa: PTH123 -- as above
            stream.write(text.encode())
    except OSError as error:
        raise CouldNotRunError(f"{path} cannot be written: {error.strerror}.") from error


def refuse_link(root: Path, path: str) -> None:
    """Refuse a file that is reached through a link: what it leads to could change, and no rule would see it.

    Raises:
        CouldNotRunError: it is.
    """
    if (root / path).exists() and (root / path).resolve() != root.resolve() / path:
        raise CouldNotRunError(
            f"{path} leads elsewhere, through a link. Replace the link by the file itself."
        )


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader meets the old text or the new one, never a part.

    Raises:
        CouldNotRunError: the disk refuses; the sentence names the path.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        try:
            with temporary.open("x", encoding="utf-8") as stream:
                stream.write(text)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CouldNotRunError(f"{path} cannot be written: {error.strerror}.") from error


def keep(path: Path, text: str) -> None:
    """Write what only spares work later; a disk that refuses costs that, no more."""
    try:
        write_atomically(path, text)
    except CouldNotRunError:
        return
