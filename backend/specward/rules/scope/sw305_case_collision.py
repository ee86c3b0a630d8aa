"""Two paths differ only in upper and lower case, or in how an accent is encoded.

On macOS and Windows they are the same file: the last write wins, and a permit for one would cover the other.
For the same reason, a changed path outside of the territory must not look like one inside.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

from specward.findings import Finding, Severity
from specward.permits.globs import matches_any
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "two paths differ only in case"
_PATH = "backend/app/orders/routes.py"
GOOD = Example({_PATH: HEADER, "backend/app/orders/paths.py": HEADER})
BAD = Example({_PATH: HEADER, "backend/app/orders/Routes.py": HEADER})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each path that another one would overwrite where case does not count."""
    first: dict[str, str] = {}
    clear = ""  # the folder of the path before, if it has no rival
    for path in project.paths_there:
        folder = path.rpartition("/")[0]
        for part in (path,) if folder == clear else _parts(path):
            other = first.setdefault(_folded(part), part)
            if other != part:
                yield _finding(
                    path, f"{part} and {other} are the same path on a file system that ignores case."
                )
                break
        else:
            clear = folder
    territory = project.config.territory
    folded = tuple(map(_folded, territory))
    for change in project.changes:
        if not matches_any(territory, change.path) and matches_any(folded, _folded(change.path)):
            yield _finding(
                change.path,
                "On a file system that ignores case, this path is in the territory; here it is not.",
            )


def _finding(path: str, message: str) -> Finding:
    return Finding("SW305", Severity.ERROR, Place(path), message, "Rename one of the two.")


def _parts(path: str) -> Iterator[str]:
    """Give every folder above a path, the widest first, and the path."""
    return accumulate(path.split("/"), "{}/{}".format)


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
