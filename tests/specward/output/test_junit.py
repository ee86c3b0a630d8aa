"""JUnit XML, read back by a parser and by our own reader of test reports."""

from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from specward.findings import Finding, Severity
from specward.history.evidence import Totals, read_test_run
from specward.output import junit
from specward.project import Project
from specward.specs.model import Place
from tests.specward.output import told


def test_golden(tmp_path: Path) -> None:
    told.hold("junit.xml", junit.render(told.VERDICT, told.project(tmp_path)))


def test_the_totals_are_those_of_the_cases(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(junit.render(told.VERDICT, told.project(tmp_path)), encoding="utf-8")
    assert read_test_run(path) == Totals(passed=2, failed=3, skipped=1)
    top = ET.parse(path).getroot()  # noqa: S314  # our own words
    assert (top.get("tests"), top.get("failures"), top.get("skipped")) == ("6", "3", "1")
    assert all(len(case) <= 1 for case in top.iter("testcase"))


def test_a_clean_verdict_is_a_case_for_each_rule(tmp_path: Path) -> None:
    top = ET.fromstring(junit.render(told.CLEAN, told.project(tmp_path)))  # noqa: S314  # our own words
    assert [case.get("name", "")[:5] for case in top.iter("testcase")] == ["SW101", "SW301"]
    assert not [*top.iter("failure"), *top.iter("skipped")]


@given(st.text(st.characters()), st.text(st.characters(), min_size=1))
def test_any_words_are_xml(words: str, path: str) -> None:
    finding = Finding("SW101", Severity.ERROR, Place(path), words, words, (Place(path),))
    text = junit.render(told.CLEAN._replace(findings=(finding,)), Project(Path("/none")))
    assert ET.fromstring(text.encode()).find(".//failure") is not None  # noqa: S314  # our own words
