"""A verdict with everything in it that a form of output can stumble over, and the golden files."""

from pathlib import Path

import pytest

from specward.findings import Excused, Finding, Severity, Verdict
from specward.project import Project
from specward.rules.examples import SPECS
from specward.specs.model import Place
from tests.specward.repository import write_tree

GOLDEN = Path(__file__).parent / "golden"

FILES = {
    "backend/app/orders/service.py": '"""Orders."""\n\n\ndef orders() -> None:\n    """Read them."""\n',
    "backend/app/a b:c,100%é.py": "x = 1\nx = 1\n",
}
ODD = "backend/app/a b:c,100%é.py"
FINDINGS = (
    Finding(
        "SW105",
        Severity.WARNING,
        Place(ODD, 1, 1),
        "50% <b>&amp;</b> of it, ::error:: and\n##[error] \x1b[31m]]> “so”.",
        "Mend: it.",
    ),
    Finding("SW101", Severity.ERROR, Place(ODD, 2, 1), "It has no header.", "Write one."),
    Finding("SW101", Severity.ERROR, Place(ODD, 1, 1), "It has no header.", "Write one."),
    Finding(
        "SW107",
        Severity.ERROR,
        Place("backend/app/orders/service.py", 4, 5),
        "T-001 is another's.",
        "Name the right one.",
        (Place("specs/tasks.md", 3), Place("specs/specify.md", 5)),
    ),
)
VERDICT = Verdict(
    findings=FINDINGS,
    excused=(
        Excused(FINDINGS[1]._replace(place=Place("backend/app/old.py", 7, 2)), "older <than> the gate"),
    ),
    baselined=3,
    files=2,
    tasks=1,
    rules=("SW101", "SW105", "SW107", "SW301"),
    notes=("The database was not asked: 100% unknown.",),
)
CLEAN = Verdict(findings=(), files=2, tasks=1, rules=("SW101", "SW301"))


def project(root: Path) -> Project:
    """Write the files that the verdict is about."""
    write_tree(root, {**SPECS, **FILES})
    return Project(root)


def hold(name: str, text: str) -> None:
    """Hold output against a golden file; one that is missing is written, for a person to read and commit."""
    path = GOLDEN / name
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was not there and is written now. Read it, and commit it if it is right.")
    assert text == path.read_text(encoding="utf-8")
