"""A history record still contains a placeholder of its template.

`{{OUTCOME_IMPACT}}` or `[TITLE]` shows that the record was created but never filled in: it looks like
evidence and is not. Leave an unknown field empty instead. Text in fences and in code is quoted, and may
contain anything.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.history.stored import judged_records, severity
from specward.history.validity import placeholders
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record still has a placeholder"
GOOD = Example({PATH: RECORD.replace("orders are listed", "`{{title}}` is filled in, as `[TITLE]` asks")})
BAD = Example({PATH: RECORD.replace("orders are listed", "{{OUTCOME_IMPACT}}")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each placeholder."""
    for stored in project.fact(judged_records):
        for defect in placeholders(stored):
            yield Finding(
                "SW805",
                severity(project, stored),
                Place(stored.path, defect.line),
                defect.message,
                "Fill it in, or leave the field empty.",
            )
