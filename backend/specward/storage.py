"""The gate's own run state under `.specward/`: never half written, never followed through a link."""

import os
import tempfile
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
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(temporary).chmod(0o644)  # mkstemp's own mode would lock others out of a committed file
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CouldNotRunError(f"{path} cannot be written: {error.strerror}.") from error
