"""The gate's own run state under `.specward/`: never half written, never followed through a link."""

import os
import time
from pathlib import Path

from specward.errors import CouldNotRunError

FOLDER = ".specward"


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
