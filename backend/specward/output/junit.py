"""For CI systems that read test results: a suite for each family, a case for each rule or finding."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from specward.findings import Excused, Finding, Severity, Verdict
from specward.output.excerpts import printable
from specward.patterns import pattern
from specward.project import Project
from specward.rules.registry import FAMILIES, Entry, entries

_NO_XML = pattern("[\ufffe\uffff]")  # of what is printable, the characters that XML 1.0 cannot hold


def render(verdict: Verdict, project: Project) -> str:  # noqa: ARG001  # every form has the same two
    """Write a verdict as JUnit XML.

    A rule without findings is a case that passed; else each of its errors is a case that failed, each warning
    one that passed with something to say, each excused finding one that was skipped. Readers keep a single
    failure of a case, therefore no case has two.
    """
    top = ET.Element("testsuites", name="specward")
    ran = (entry for entry in entries() if entry.code in verdict.rules)
    cases = _cases_by_code(verdict)
    for family, members in groupby(ran, key=lambda entry: entry.code[:3]):
        name = FAMILIES[family].partition(":")[0]
        top.append(_suite(f"specward.{name}", [case for entry in members for case in _of(entry, cases)]))
    for key in ("tests", "failures", "skipped"):
        top.set(key, str(sum(int(suite.get(key, "0")) for suite in top)))
    ET.indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    counts = {tag: sum(case.find(tag) is not None for case in cases) for tag in ("failure", "skipped")}
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(counts["failure"]),
        errors="0",
        skipped=str(counts["skipped"]),
        time="0",
    )
    for case in cases:
        case.set("classname", name)
    suite.extend(cases)
    return suite


def _of(entry: Entry, cases: dict[str, list[ET.Element]]) -> list[ET.Element]:
    return cases.get(entry.code) or [_case(f"{entry.code} {entry.load().SUMMARY}")]


def _cases_by_code(verdict: Verdict) -> dict[str, list[ET.Element]]:
    cases: dict[str, list[ET.Element]] = defaultdict(list)
    for finding in verdict.findings:
        cases[finding.code].append(_found(finding))
    for excused in verdict.excused:
        cases[excused.finding.code].append(_skipped(excused))
    return cases


def _found(finding: Finding) -> ET.Element:
    case = _case_of(finding)
    if finding.severity is Severity.ERROR:
        body = ET.SubElement(case, "failure", message=_text(finding.message), type=finding.code)
    else:
        body = ET.SubElement(case, "system-out")
    body.text = "\n".join(_told(finding))
    return case


def _skipped(excused: Excused) -> ET.Element:
    case = _case_of(excused.finding)
    ET.SubElement(case, "skipped", message=_text(f"Excused: {excused.reason}"))
    return case


def _case_of(finding: Finding) -> ET.Element:
    place = finding.place
    case = _case(_text(f"{finding.code} {place.path}:{place.line}:{place.column}"))
    case.set("file", _text(place.path))
    return case


def _case(name: str) -> ET.Element:
    return ET.Element("testcase", name=name, classname="", time="0")


def _told(finding: Finding) -> Iterator[str]:
    place = finding.place
    yield _text(f"{place.path}:{place.line}:{place.column}: {finding.message}")
    yield _text(f"fix: {finding.hint}")
    yield from (_text(f"see: {place.path}:{place.line}") for place in finding.related)


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", printable(text))
