"""What a verdict looks like, held to golden files: change them by hand, and look at what you change."""

from pathlib import Path

import pytest

from specward.findings import Excused, Finding, Severity, Verdict
from specward.output import json, text
from specward.project import Project
from specward.specs.model import Place
from tests.specward.repository import write_tree

GOLDEN = Path(__file__).parent / "golden"
PATH = "backend/app/orders/routes.py"
SOURCE = (
    '"""\n[Task]: T-001\n[From]: speckit.specify §1.7, speckit.plan §1\n[Description]: Lists.\n"""\n\nX = 1\n'
)
UNRESOLVED = Finding(
    "SW105",
    Severity.ERROR,
    Place(PATH, 3, 9),
    "specs/specify.md has no section §1.7, so nobody can tell what this rests on.",
    "The nearest are §1.1 (Listing), §1 (Orders).",
    (Place("specs/specify.md", 5, 1), Place("specs/specify.md", 3, 1)),
)
UNUSED = Finding(
    "SW002", Severity.WARNING, Place(PATH, 7, 1), "The exception excuses nothing.", "Take it out."
)
ELSEWHERE = Finding(
    "SW301",
    Severity.ERROR,
    Place("frontend/\x1b[31m.js"),
    "This path was added, which T-001 does not permit.",
    "Undo it.",
)
VERDICTS = {
    "clean": Verdict((), files=1_204, tasks=38, rules=("SW101", "SW102")),
    "findings": Verdict(
        (UNRESOLVED, UNUSED, ELSEWHERE),
        excused=(Excused(UNRESOLVED, "a reason"),),
        baselined=12,
        files=3,
        changes=2,
        tasks=1,
        rules=("SW105",),
        notes=("No database was there, so CHECK constraints were not compared.",),
    ),
    "warning": Verdict((UNUSED,), files=1, tasks=1, rules=("SW002",)),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_tree(tmp_path, {PATH: SOURCE})
    return Project(tmp_path, tasks=("T-001",), base=None)


@pytest.mark.parametrize("name", VERDICTS)
def test_text(name: str, project: Project) -> None:
    assert text.render(VERDICTS[name], project) == golden(f"{name}.txt")


@pytest.mark.parametrize("name", VERDICTS)
def test_text_in_colour_differs_in_colour_alone(name: str, project: Project) -> None:
    coloured = text.render(VERDICTS[name], project, colour=True)
    assert coloured == golden(f"{name}.ansi.txt").replace("␛", "\x1b")


@pytest.mark.parametrize("name", VERDICTS)
def test_json(name: str, project: Project) -> None:
    assert json.render(VERDICTS[name], project) == golden(f"{name}.json")


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")
