"""Each rule's own examples, run: the bad one is found, the good one is not."""

from pathlib import Path

import pytest
from tests.specward.repository import commit, git, make_repository, write_tree

from specward.findings import Finding
from specward.rules.examples import SPECS, Example
from specward.rules.registry import Entry, entries
from specward.verify import verify


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_the_bad_example_is_found(entry: Entry, tmp_path: Path) -> None:
    findings = run(entry, entry.load().BAD, tmp_path)
    assert findings, f"{entry.code} does not find its own bad example"
    assert {finding.code for finding in findings} == {entry.code}
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.hint
        assert finding.place.line >= 1


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_the_good_example_is_not(entry: Entry, tmp_path: Path) -> None:
    assert run(entry, entry.load().GOOD, tmp_path) == ()


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_it_explains_itself(entry: Entry) -> None:
    rule = entry.load()
    assert rule.SUMMARY
    assert not rule.SUMMARY.endswith(".")
    assert rule.__doc__ is not None
    assert len(rule.__doc__.split()) > 25


def test_codes_are_unique_and_in_order() -> None:
    codes = [entry.code for entry in entries()]
    assert codes == sorted(set(codes))


def run(entry: Entry, example: Example, root: Path) -> tuple[Finding, ...]:
    make_repository(root, {**SPECS, **(example.before or example.files)})
    base = None
    if example.before is not None:
        git(root, "tag", "before")
        for path in example.before.keys() - example.files.keys():
            (root / path).unlink()
        write_tree(root, example.files)
        base = None if example.task else "before"
    if base:
        commit(root, "Change")
    tasks = (example.task,) if example.task else ()
    return verify(root, tasks=tasks, base=base, select=(entry.code,)).findings
