"""A file of the territory is no text that the gate can read.

What cannot be read cannot be judged, and must not pass for that. Source files are UTF-8 without NUL
characters. A folder that nobody may look into, and another repository within, hide files that nobody judges.
"""

from collections.abc import Iterable

from specward.code.sources import SourceFile
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
                Place(source.path.rstrip("/")),
                f"The {_kind(source)}, so it cannot be judged: {source.trouble}.",
                "Let it be read, as UTF-8 where it is a file, or take it out of the territory.",
            )


def _kind(source: SourceFile) -> str:
    return "folder hides its files" if source.is_folder else "file cannot be read as text"
