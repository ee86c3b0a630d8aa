"""A source file of the territory cannot be read as text.

The gate cannot judge what it cannot read, and must not let it pass. Source files must be UTF-8 without NUL
characters: in another encoding, which a comment may declare, code can look like a comment. A folder without
read permission and a nested repository hide files from the gate. Compiled code runs without having any text.
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
_FOLDER = ("folder hides its files", "Let it be read")
_COMPILED = ("file is compiled code", "Build it where it runs")
_TEXT = ("file cannot be read as text", "Save it as UTF-8")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each source file that is no text, and for each folder that hides its files."""
    for source in project.files.values():
        if source.is_compiled:
            yield _finding(source, *_COMPILED, "it has no text")
        elif source.trouble and source.is_traceable:
            yield _finding(source, *(_FOLDER if source.is_folder else _TEXT), source.trouble)


def _finding(source: SourceFile, kind: str, mend: str, why: str) -> Finding:
    return Finding(
        "SW006",
        Severity.ERROR,
        Place(source.path.rstrip("/")),
        f"The {kind}, so it cannot be judged: {why}.",
        f"{mend}, or move it out of the territory.",
    )
