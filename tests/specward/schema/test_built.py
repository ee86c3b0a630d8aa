"""What came of a comparison is kept while nothing changes that it rests on, and each rule tells its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from specward.database.server import Server
from specward.findings import Finding, Severity, Verdict
from specward.rules.examples import HEADER, SPECS
from specward.rules.schema.world import DATA_MODEL, world
from specward.schema.case import Case, Outcome
from specward.specs.model import Place
from specward.verify import verify
from tests.specward.repository import git, make_repository, write_tree

ROLES, ELSEWHERE = "database/roles.sql", "src/elsewhere.py"
SETTINGS = 'app = "elsewhere:app"\napp_dir = "src"\n'
REVISION = 'revision = "{0}"\ndown_revision = "{1}"\n\n\ndef upgrade() -> None:\n    {2}\n'
FINDINGS = tuple(
    Finding(code, Severity.ERROR, Place("specs/data-model.md"), f"{code} says so.", "Mend it.")
    for code in ("SW515", "SW516")
)
OUTCOME = Outcome(FINDINGS, ("Something was not seen.",))


@contextmanager
def lend() -> Iterator[Server]:
    """A server that nobody may ask for."""
    raise AssertionError
    yield


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The cases that databases were built for; each has the same outcome."""
    cases: list[Case] = []

    def hold(case: Case, given: object) -> Outcome:
        assert given is lend
        cases.append(case)
        return OUTCOME

    monkeypatch.setattr("specward.schema.hold.hold", hold)
    return cases


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = dict(world(settings=SETTINGS))
    files["pyproject.toml"] += f'roles = "{ROLES}"\n'
    return make_repository(tmp_path, {**SPECS, **files, ROLES: "-- one\n", ELSEWHERE: "app = 1\n"})


def look(root: Path, code: str = "SW516") -> Verdict:
    return verify(root, lend=lend, select=[code])


def test_each_rule_tells_its_own_and_every_run_its_notes(root: Path, held: list[Case]) -> None:
    for finding in FINDINGS:
        verdict = look(root, finding.code)
        assert (verdict.findings, verdict.notes) == ((finding,), OUTCOME.notes)
    assert look(root, "SW517").findings == ()
    assert len(held) == 1


def test_what_it_does_not_rest_on_may_change(root: Path, held: list[Case]) -> None:
    look(root)
    write_tree(root, {"README.md": "changed\n", "specs/plan.md": "# Plan\n"})
    look(root)
    assert len(held) == 1


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pyproject.toml", 'app = "elsewhere:app"', 'app = "elsewhere:other"'),
        ("specs/data-model.md", "numeric(10, 2)", "numeric(9, 2)"),
        ("specs/tasks.md", "**Status**: done", "**Status**: open"),
        ("specs/tasks.md", "`customers`, `orders`", "`customers`"),
        ("backend/app/migrations/tables.sql", "numeric(10, 2)", "numeric(9, 2)"),
        (ROLES, "one", "two"),
        (ELSEWHERE, "1", "2"),
    ],
)
def test_what_it_rests_on_may_not(path: str, old: str, new: str, root: Path, held: list[Case]) -> None:
    look(root)
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    write_tree(root, {path: text.replace(old, new)})
    assert look(root).findings == FINDINGS[1:]
    assert len(held) == 2


def test_nothing_is_believed_that_git_tracks(root: Path, held: list[Case]) -> None:
    look(root)
    git(root, "add", "--force", ".specward")
    look(root)
    assert len(held) == 2


@pytest.mark.parametrize("more", ["", "roles = 1\n"])
def test_without_roles_and_application_there_is_less_to_rest_on(
    more: str, tmp_path: Path, held: list[Case]
) -> None:
    files = dict(world())
    files["pyproject.toml"] += more
    root = make_repository(tmp_path, {**SPECS, **files})
    assert look(root).findings == look(root).findings == FINDINGS[1:]
    assert len(held) == 1


def test_a_case_is_what_the_project_says(root: Path, held: list[Case]) -> None:
    versions = "backend/app/migrations/versions"
    revisions = {
        f"{versions}/{name}.py": HEADER + REVISION.format(name, before, down)
        for name, before, down in (("b", "a", "pass"), ("a", "", "op.execute('drop table x')"))
    }
    write_tree(root, revisions)
    look(root)
    (case,) = held
    assert dict(case.texts) == revisions
    assert [revision.name for revision in case.chain.revisions] == ["a", "b"]
    assert [table.name for table in case.model.tables] == ["customers", "orders"]
    assert [task.key.id for task in case.tasks] == ["T-001"]


def test_an_unclear_data_model_is_held_against_nothing(root: Path, held: list[Case]) -> None:
    write_tree(root, {"specs/data-model.md": DATA_MODEL.replace("| uuid | not", "| uuid/text | not")})
    verdict = look(root, "SW5")
    assert {finding.code for finding in verdict.findings} == {"SW501"}
    assert held == []


def test_without_a_database_the_words_are_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Case, object, object]] = []

    def hold_unbuilt(case: Case, models: object, migrations: object) -> Outcome:
        asked.append((case, models, migrations))
        return OUTCOME

    monkeypatch.setattr("specward.schema.unbuilt.hold_unbuilt", hold_unbuilt)
    verdict = verify(root, select=["SW516"])
    assert verdict.findings == FINDINGS[1:]
    assert OUTCOME.notes[0] in verdict.notes
    ((_, _, migrations),) = asked
    assert migrations == {
        "backend/app/migrations/tables.sql": (root / "backend/app/migrations/tables.sql").read_text()
    }
