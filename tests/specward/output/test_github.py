"""Workflow commands, read as the runner reads them."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from specward.findings import Finding, Severity
from specward.output import github
from specward.project import Project
from specward.specs.model import Place
from tests.specward.output import told

_COMMAND = re.compile(r"::(error|warning|notice) ?(.*?)::(.*)")


def test_golden(tmp_path: Path) -> None:
    told.hold("github.txt", github.render(told.VERDICT, told.project(tmp_path)))


def test_what_github_would_drop_is_in_the_log(tmp_path: Path) -> None:
    findings = tuple(
        told.FINDINGS[1]._replace(place=Place(f"backend/app/{number}.py")) for number in range(12)
    )
    text = github.render(told.VERDICT._replace(findings=findings), Project(tmp_path))
    assert len(re.findall("^::error", text, re.MULTILINE)) == 10
    assert "\nSW101 backend/app/11.py:1:1 It has no header. Write one.\n" in text


@given(st.text(), st.text(min_size=1), st.integers(1, 25))
def test_no_words_can_command_the_runner(words: str, path: str, number: int) -> None:
    finding = Finding("SW101", Severity.ERROR, Place(path), words, words)
    text = github.render(told.CLEAN._replace(findings=(finding,) * number), Project(Path("/none")))
    lines = text.removesuffix("\n").split("\n")
    assert len(lines) == number + 1
    assert len(text.splitlines()) == len(lines)
    for line in lines[:10][:number]:
        command = _COMMAND.fullmatch(line)
        assert command is not None
        properties = dict(part.split("=", 1) for part in command[2].split(","))
        assert list(properties) == ["file", "line", "col", "title"]
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines[10:])
