"""A file of the territory is no text that the gate can read.

What cannot be read cannot be judged, and must not pass for that. Source files are UTF-8 without NUL
characters, to Python as well: in another encoding, which a comment may declare, code can look like a remark.
A folder that nobody may look into, and another repository within, hide files that nobody judges.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a source file cannot be read"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": f"{HEADER}X = '\0'\n"})
_FOLDER = ("folder hides its files", "Let it be read")
_TEXT = ("file cannot be read as text", "Save it as UTF-8")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each source file that is no text, and for each folder that hides its files."""
    for source in project.files.values():
        if source.trouble and source.is_traceable:
            kind, mend = _FOLDER if source.is_folder else _TEXT
            yield Finding(
                "SW006",
                Severity.ERROR,
                Place(source.path.rstrip("/")),
                f"The {kind}, so it cannot be judged: {source.trouble}.",
                f"{mend}, or take it out of the territory.",
            )
