"""A file of the territory is no text that the gate can read.

What cannot be read cannot be judged, and must not pass for that. Source files are UTF-8 without NUL
characters, to Python as well: in another encoding, which a comment may declare, code can look like a remark.
A folder that nobody may look into, and another repository within, hide files that nobody judges. Compiled
code runs, and has no text at all.
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
        f"{mend}, or take it out of the territory.",
    )
