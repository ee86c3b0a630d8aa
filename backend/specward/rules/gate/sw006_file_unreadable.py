"""A file of the territory is no text that the gate can read.

What cannot be read cannot be judged, and must not pass for that. Source files are UTF-8 without NUL
characters.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a source file cannot be read"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": f"{HEADER}X = '\0'\n"})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each source file that is no text."""
    for source in project.files.values():
        if source.trouble and source.is_traceable:
            yield Finding(
                "SW006",
                Severity.ERROR,
                Place(source.path),
                f"The file cannot be read as text, so it cannot be judged: {source.trouble}.",
                "Save it as UTF-8, or take it out of the territory.",
            )
