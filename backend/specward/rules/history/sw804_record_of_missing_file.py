"""A history record names a file that does not exist, and did not in its commit either.

A record lists the files that the work touched. A file may have been removed since, but it must be in the
working tree, in the commit that added the record, or in the one before it (for files the work deleted).
Otherwise the name is a typing error, or a claim without work behind it.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.history.presence import absent_files
from specward.history.stored import judged_records, severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.history.examples import PATH, RECORD
from specward.specs.model import Place

SUMMARY = "a history record names a file that was never there"
GOOD = Example({PATH: RECORD})
BAD = Example({PATH: RECORD.replace("- pyproject.toml", "- backend/app/orders/routes.py")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each file that is nowhere."""
    for stored in project.fact(judged_records):
        for path in absent_files(project.root, stored):
            yield Finding(
                "SW804",
                severity(project, stored),
                Place(stored.path, stored.line("tests" if path in stored.record.tests else "files")),
                f"The record names {path}, which is neither here nor in the commit that brought the record.",
                "Write the path as it was, from the repository root, or let `specward record` find it.",
            )
