"""What each rule says, word by word and place by place, of its bad example and of its corners."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from specward.database.server import Lend
from specward.findings import Finding
from specward.rules.registry import Entry, entries
from specward.specs.model import Place
from tests.specward.rules.corners import CORNERS
from tests.specward.rules.test_examples import lend, run

__all__ = ["lend"]
INSTALLED = re.compile(r"/\S*/site-packages/")  # where a library stands is the machine's affair
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_what_it_says(entry: Entry, tmp_path: Path, lend: Lend) -> None:
    """Held to a golden file; one that is missing is written, for a person to read and commit."""
    examples = {"the bad example": entry.load().BAD, **CORNERS.get(entry.code, {})}
    told = ""
    for number, (name, example) in enumerate(examples.items()):
        root = tmp_path / str(number)
        findings = run(entry, example, root, lend)
        told += "\n".join([f"# {name}", *_lines(findings)]).replace(str(root), "ROOT") + "\n\n"
    told = INSTALLED.sub("", told)
    golden = GOLDEN / f"{entry.code}.txt"
    if not golden.exists():
        golden.write_text(told, encoding="utf-8")
        pytest.fail(f"{golden.name} was written: read it, and commit it if it is right.")
    assert told == golden.read_text(encoding="utf-8")


def _lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield f"{_at(finding.place)} {finding.severity}: {finding.message}"
        yield f"    {finding.hint}"
        yield from (f"    see {_at(place)}" for place in finding.related)
    if not findings:
        yield "nothing"


def _at(place: Place) -> str:
    return f"{place.path}:{place.line}:{place.column}"
