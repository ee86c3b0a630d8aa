"""A history record's path contradicts its fields.

A record is found by its path: `history/prompts/<feature>/NNNN-slug.<stage>.prompt.md`. The number in the name
must be its id, with four digits; the stage in the name its stage; and the directory its feature, or the stage
itself for `constitution` and `general`, which belong to no feature.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.history.stored import judged_records, severity
from specward.history.validity import mismatches
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record's path contradicts its fields"
GOOD = Example({PATH: RECORD})
BAD = Example({PATH: RECORD.replace("stage: green", "stage: red")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each field that the path contradicts."""
    for stored in project.fact(judged_records):
        for defect in mismatches(stored):
            yield Finding(
                "SW806",
                severity(project, stored),
                Place(stored.path, defect.line),
                defect.message,
                "Rename the file or correct the field, so that they agree.",
            )
