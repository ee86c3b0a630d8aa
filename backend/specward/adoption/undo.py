"""Taking back what `init` wrote: what somebody has changed since is left, and named."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from specward.adoption.proposals import read
from specward.adoption.record import Written, load, put
from specward.errors import CouldNotRunError
from specward.storage import FOLDER


class Undone(NamedTuple):
    """What became of the files."""

    back: tuple[str, ...]  # as they were before
    gone: tuple[str, ...]  # were not there before
    left: tuple[str, ...]  # changed since, so a person decides


def undo(root: Path) -> Undone:
    """Take back what is as `init` left it, and the gate's run state.

    Raises:
        CouldNotRunError: there is no record, or the disk refuses.
    """
    items = load(root)
    if not items:
        raise CouldNotRunError(
            "There is no record of `specward init` here: it is kept where it ran. "
            "Once committed, take it back with `git revert`."
        )
    states = [(item, read(root, item.path)) for item in items]
    untouched = [item for item, text in states if item.is_untouched(text)]
    for item in untouched:
        _restore(root, item)
    left = (item.path for item, text in states if item not in untouched and text != item.before)
    try:
        shutil.rmtree(root / FOLDER)
    except OSError as error:
        raise CouldNotRunError(f"{FOLDER} cannot be removed: {error}. Delete it yourself.") from error
    return Undone(
        back=tuple(item.path for item in untouched if item.before is not None),
        gone=tuple(item.path for item in untouched if item.before is None),
        left=tuple(left),
    )


def _restore(root: Path, item: Written) -> None:
    if item.before is not None:
        put(root, item.path, item.before)
        return
    (root / item.path).unlink()
    with suppress(OSError):  # a folder that holds anything else stays
        for folder in Path(item.path).parents:
            (root / folder).rmdir()
