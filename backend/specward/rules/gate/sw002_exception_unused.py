"""An exception suppresses a finding that does not exist.

Exceptions outlive their cause, and would then hide the next mistake on that line. Remove an exception that
suppresses nothing. When only some rules run, only exceptions to those rules are checked.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "an exception suppresses nothing"
GOOD = Example({"backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n"})
BAD = Example(
    {"backend/app/orders/limits.py": f"{HEADER}LIMIT = 50  # specward: allow SW002 -- not needed any more\n"}
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each rule that a comment names in vain."""
    raised = {(finding.place.path, finding.code, finding.place.line) for finding in project.raised}
    for source in project.files.values():
        for suppression in source.suppressions:
            here = [(code, line) for path, code, line in raised if path == source.path]
            vain = [
                code
                for code in suppression.codes
                if code in project.ran
                and not any(code == other and suppression.covers(code, line) for other, line in here)
            ]
            if vain and suppression.reason:
                yield Finding(
                    "SW002",
                    Severity.WARNING,
                    Place(source.path, suppression.line, suppression.column),
                    f"The exception to {', '.join(vain)} suppresses nothing and would hide the next mistake.",
                    "Remove it.",
                )
