"""Two history records in one directory have the same number.

Each directory numbers its records: the highest number plus one. Two branches that each add a record take the
same number, and git reports no conflict. People cite records by number, so rename one of the two when the
branches meet: the one that was not yet on the base.
"""

from collections.abc import Iterable
from itertools import groupby

from specward.findings import Finding
from specward.history.naming import read_name
from specward.history.stored import judged_records, severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "two history records have the same number"
_OTHER = PATH.replace("list-orders", "cancel-orders")
GOOD = Example({PATH: RECORD, _OTHER.replace("0001", "0002"): RECORD.replace("0001", "0002")})
BAD = Example({PATH: RECORD, _OTHER: RECORD})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each record after the first of a number."""
    numbered = [stored for stored in project.fact(judged_records) if read_name(stored.path).id]
    # What this change brings comes last: the record on the base keeps its number.
    numbered.sort(key=lambda stored: (_number(stored.path), stored.path in project.changed, stored.path))
    for (_, number), sharing in groupby(numbered, key=lambda stored: _number(stored.path)):
        first, *others = sharing
        for stored in others:
            yield Finding(
                "SW807",
                severity(project, stored),
                Place(stored.path),
                f"The number {number:04} is already used by {first.path.rpartition('/')[2]}.",
                "Give this record the next free number, in its name and in its `id`.",
                (Place(first.path),),
            )


def _number(path: str) -> tuple[str, int]:
    return path.rpartition("/")[0], int(read_name(path).id)
