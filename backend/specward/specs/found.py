"""What is found of specifications before anything is read: documents, and the features they make up."""

from pathlib import Path
from typing import NamedTuple


class Found(NamedTuple):
    """One document that is there: what it is and where."""

    role: str
    path: str


class Feature(NamedTuple):
    """One feature's documents, before they are read."""

    name: str
    documents: tuple[Found, ...]
    spare: tuple[Found, ...] = ()  # further documents of a role that is taken; they are not read
    cited: tuple[str, ...] = ()  # the roles that every task is from which does not say what it is from


def listed(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none where it cannot be read."""
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
