"""The baseline lists a finding that no longer occurs.

The baseline lists the findings that existed when the gate was adopted, and it only ever shrinks: a finding
that was fixed must leave it, so that it cannot come back unnoticed. `specward check --write-baseline` removes
such entries and adds none.
"""

from collections import Counter
from collections.abc import Iterable

from specward.baseline import PATH, entry_of
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "the baseline lists a finding that was fixed"
_ENTRY = '["backend/app/old.py", "SW004", "0123456789abcdef", 1]'
_STALE = f'{{\n  "version": 1,\n  "findings": [\n    {_ENTRY}\n  ]\n}}\n'
GOOD = Example({PATH: '{\n  "version": 1,\n  "findings": []\n}\n'})
BAD = Example({"backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n", PATH: _STALE})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each rule and file whose baseline is larger than what was found."""
    met = Counter(entry_of(finding, project.text(finding.place.path)) for finding in project.raised)
    for entry, count in (project.baseline - met).items():
        if entry.code in project.ran and project.covers(entry.path):
            yield Finding(
                "SW004",
                Severity.WARNING,
                Place(PATH, project.line_of(PATH, f'"{entry.fingerprint}"')),
                f"{count} {entry.code} in {entry.path} was fixed, but the baseline still has it.",
                "Run `specward check --write-baseline` and commit the result.",
            )
