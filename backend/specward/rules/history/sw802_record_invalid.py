"""A history record is incomplete, or cannot be read.

People and tools read records, so a record needs a YAML head with id, title, stage, date, surface, feature and
tasks, and a body with the four sections of Spec-Kit Plus. `specward record` writes it in this form. Records
written by hand or by a model often break on a backslash, a colon or a quote in the command. A record added by
this change must be valid; for an older one this is only a warning.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.history.stored import judged_records, severity
from specward.history.validity import invalidities
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record is not valid"
GOOD = Example({PATH: RECORD}, before={})
BAD = Example({PATH: RECORD.replace("command: ''", 'command: "Fix C:\\work"')}, before={})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each thing that a record lacks."""
    for stored in project.fact(judged_records):
        for defect in invalidities(stored):
            yield Finding(
                "SW802",
                severity(project, stored),
                Place(stored.path, defect.line),
                defect.message,
                "Let `specward record` write records; fix this one by hand, or write it again.",
            )
