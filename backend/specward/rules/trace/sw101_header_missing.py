"""A file of the territory does not say which task it implements.

Every file that is created or changed begins with a header that names its task, the sections of the
specification it is based on, and its purpose. Without it nobody can tell whether the code was asked for, and
the gate cannot find its permit. The header is in the module docstring, or in the first comments of a file in
another language. An empty file (such as many `__init__.py`) needs none, nor does a file whose format has no
comments (JSON, images), which only the permit covers.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a file has no reference header"
GOOD = Example(
    {"backend/app/orders/__init__.py": "", "backend/app/orders/routes.py": f"{HEADER}\nLIMIT = 50\n"}
)
BAD = Example({"backend/app/orders/routes.py": '"""Routes of the orders."""\n\nLIMIT = 50\n'})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each file without a header of its own."""
    for source in project.files.values():
        if source.needs_header and source.header is None:
            later = source.headers[0].line if source.headers else None
            yield Finding(
                "SW101",
                Severity.ERROR,
                Place(source.path, later or 1),
                f"The header on line {later} is below the first statement, so it does not count."
                if later
                else "There is no reference header, so nobody can tell which task asked for this file.",
                "Begin the file with a docstring (or comment) of three lines: [Task]: T-…, "
                "[From]: speckit.specify §…, [Description]: …",
            )
