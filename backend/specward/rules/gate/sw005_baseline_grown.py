"""The baseline has more entries than at the base revision.

A baseline that may grow would be a switch to turn the gate off. Fix new findings, or suppress them one by one
at the line, with a reason that a reviewer sees.
"""

from collections.abc import Iterable

from specward.baseline import PATH, parse_baseline
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.specs.model import Place

SUMMARY = "the baseline has grown"
_EMPTY = '{\n  "version": 1,\n  "findings": []\n}\n'
_ONE = (
    '{\n  "version": 1,\n  "findings": [\n    ["backend/app/a.py", "SW101", "0123456789abcdef", 1]\n  ]\n}\n'
)
GOOD = Example({PATH: _EMPTY}, before={PATH: _ONE})
BAD = Example({PATH: _ONE}, before={PATH: _EMPTY})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each entry that was added to a baseline that existed before."""
    before = project.text_before(PATH) if project.compares else None
    if before is None:
        return
    for entry, count in (project.baseline - parse_baseline(before)).items():
        yield Finding(
            "SW005",
            Severity.ERROR,
            Place(PATH, project.line_of(PATH, f'"{entry.fingerprint}"')),
            f"The baseline has grown by {count} of {entry.code} in {entry.path}; it may only shrink.",
            "Remove the entry and fix the finding, or suppress it at its line with a reason.",
        )
