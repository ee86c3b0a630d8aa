"""What `init` wrote, kept so that it can be taken back: each text before, and a hash of what it became."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from specward.adoption.proposals import Proposal, read
from specward.errors import CouldNotRunError
from specward.storage import FOLDER, write_atomically

PATH = f"{FOLDER}/init.json"
_VERSION = 1


class Written(NamedTuple):
    """One file that `init` wrote."""

    path: str
    before: str | None  # None: it was not there
    digest: str  # of the text that was written

    def is_untouched(self, text: str | None) -> bool:
        """Whether nobody has changed the file since."""
        return text is not None and digest(text) == self.digest


def digest(text: str) -> str:
    """Return the name of a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load(root: Path) -> tuple[Written, ...]:
    """Read what earlier runs wrote; nothing where there is no record.

    Raises:
        CouldNotRunError: the record is damaged.
    """
    text = read(root, PATH)
    if text is None:
        return ()
    try:
        stored = json.loads(text)
        if stored["version"] != _VERSION:
            raise CouldNotRunError(
                f"{PATH} is of version {stored['version']}, which this Specward does not read."
            )
        return tuple(_written(*item) for item in stored["files"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CouldNotRunError(f"{PATH} is damaged; take the files back with git, and delete it.") from error


def write(root: Path, proposals: Iterable[Proposal]) -> None:
    """Write files, and first the record of them: a run that breaks off can be taken back, too.

    Of a file that an earlier run wrote, the text before that run stays on record.

    Raises:
        CouldNotRunError: the disk refuses.
    """
    known = {item.path: item for item in load(root)}
    for each in proposals:
        before = known[each.path].before if each.path in known else each.before
        known[each.path] = Written(each.path, before, digest(each.after))
    _save(root, known.values())
    for each in proposals:
        put(root, each.path, each.after)


def _save(root: Path, items: Iterable[Written]) -> None:
    stored = {"version": _VERSION, "files": [list(item) for item in items]}
    write_atomically(root / PATH, json.dumps(stored, indent=1) + "\n")


def put(root: Path, path: str, text: str) -> None:
    """Write one file: through a link to where it leads, and with the mode it had.

    Raises:
        CouldNotRunError: the disk refuses.
    """
    place = (root / path).resolve()
    mode = place.stat().st_mode if place.exists() else None
    write_atomically(place, text)
    if mode is not None:
        place.chmod(mode)


def _written(path: object, before: object, name: object) -> Written:
    parts = Path(str(path)).parts
    if not (before is None or isinstance(before, str)) or ".." in parts or Path(str(path)).is_absolute():
        raise ValueError(f"{path!r} is no file of the repository")
    return Written(str(path), before, str(name))
