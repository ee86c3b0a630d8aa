"""Where a record lives: `history/prompts/<feature>/NNNN-slug.<stage>.prompt.md`, numbered per directory."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from specward.history.model import FOLDER
from specward.patterns import pattern

LONGEST_SLUG = 60
OWN_DIRECTORY = frozenset({"constitution", "general"})  # stages that belong to no feature

_NAME = pattern(r"(?P<id>\d{1,6})-(?P<slug>.+?)(?:\.(?P<stage>[\w-]+))?\.prompt\.md")


class Name(NamedTuple):
    """What a record's path says about it; empty where it does not."""

    directory: str
    id: str
    slug: str
    stage: str


def read_name(path: str) -> Name:
    """Read the parts of a path in any of the forms met in public: ids of 1 to 4 digits, no stage."""
    place = PurePosixPath(path)
    match = _NAME.fullmatch(place.name)
    if not match:
        return Name(place.parent.name, "", "", "")
    return Name(place.parent.name, match["id"], match["slug"], match["stage"] or "")


def record_path(feature: str, number: int, title: str, stage: str) -> str:
    """Return where a new record goes, relative to the repository root.

    Args:
        feature: the feature's name; a stage that belongs to no feature has its own directory.
        number: the record's number in that directory.
        title: what the slug is made from.
        stage: one of `STAGES`.
    """
    directory = stage if stage in OWN_DIRECTORY else slug(feature)
    return f"{FOLDER}/{directory}/{number:04}-{slug(title)}.{stage}.prompt.md"


def next_number(names: Iterable[str]) -> int:
    """Return the highest number among the file names of a directory, plus one."""
    return 1 + max((int(name.id) for name in map(read_name, names) if name.id), default=0)


def slug(title: str) -> str:
    """Make a file name's part of a title: lower case, everything but letters and digits a hyphen."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:LONGEST_SLUG].rstrip("-") or "record"
