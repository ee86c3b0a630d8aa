"""Each rule's own examples, run: the bad one is found, the good one is not."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest

from specward.approvals.stamps import PATH, write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.database.server import Lend
from specward.database.temporary import temporary_server
from specward.findings import Finding
from specward.rules.examples import SPECS, Example
from specward.rules.registry import Entry, entries
from specward.specs.reader import read_specs
from specward.specs.resolve import find_tasks
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree


@pytest.fixture(scope="module")
def lend() -> Iterator[Lend]:
    """One server for all examples: their roles are not those of the application's tests."""
    with temporary_server() as server:
        yield lambda: nullcontext(server)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_the_bad_example_is_found(entry: Entry, tmp_path: Path, lend: Lend) -> None:
    findings = run(entry, entry.load().BAD, tmp_path, lend)
    assert findings, f"{entry.code} does not find its own bad example"
    assert {finding.code for finding in findings} == {entry.code}
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.hint
        assert finding.place.line >= 1


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_the_good_example_is_not(entry: Entry, tmp_path: Path, lend: Lend) -> None:
    assert run(entry, entry.load().GOOD, tmp_path, lend) == ()


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


def run(entry: Entry, example: Example, root: Path, lend: Lend) -> tuple[Finding, ...]:
    lay_out(example, root)
    base = "before" if example.before is not None and not example.task else None
    tasks = (example.task,) if example.task else ()
    given = lend if example.database else None
    return verify(root, tasks=tasks, base=base, select=(entry.code,), lend=given).findings


def lay_out(example: Example, root: Path) -> None:
    """Make the repository of an example; what changed under a bound task is not committed yet."""
    stamps = stamp(make_repository(root, SPECS), example.approved)
    write_tree(root, {**(stamps if example.approved_before else {}), **(example.before or example.files)})
    commit(root, "Before")
    git(root, "tag", "before")
    if example.before is not None:
        for path in example.before.keys() - example.files.keys():
            (root / path).unlink()
        write_tree(root, {**stamps, **example.files})
        if not example.task:
            commit(root, "Change")


def stamp(root: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Approve tasks as they stand, and give the file of their stamps."""
    spec_sets = read_specs(root, load_config(root))
    tasks = [task for name in names for task in find_tasks(spec_sets, name)]
    if not tasks:
        return {}
    stamps = [stamp_task(task, spec_sets, "A Person", date(2026, 1, 2)) for task in tasks]
    write_approvals(root, {given.task: given for given in stamps})
    text = (root / PATH).read_text(encoding="utf-8")
    (root / PATH).unlink()
    return {PATH: text}
