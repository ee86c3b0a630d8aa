"""`specward record`, run as a person runs it, in real repositories."""

import json
from pathlib import Path

import pytest

from specward import cli
from specward.history.model import EVALUATION, OUTCOME, PROMPT, RESPONSE
from specward.history.reader import read_record
from specward.history.validity import invalidities, mismatches, placeholders
from specward.history.writer import NOT_RECORDED
from specward.rules.examples import HEADER, SPECS
from tests.specward.repository import commit, git, make_repository, write_tree

TRANSCRIPTS = Path(__file__).parent / "transcripts"
PATH = "history/prompts/shop/0001-t-001-list-orders.green.prompt.md"
WORK = {
    "backend/app/orders/routes.py": HEADER,
    "backend/app/main.py": HEADER,
    "tests/orders/test_list.py": HEADER,
    "README.md": "# Shop\n",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_repository(tmp_path, SPECS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def record(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["specward", "record", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_change_without_a_session_is_recorded_and_nothing_is_invented(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(shop, WORK)
    assert record(monkeypatch, "T-001", "--date", "2026-11-23") == 0
    assert capsys.readouterr().out == f"{PATH} is written: commit it with the work.\n"
    text = (shop / PATH).read_text(encoding="utf-8")
    assert text == (Path(__file__).parent / "golden.prompt.md").read_text(encoding="utf-8")
    stored = read_record(PATH, text)
    assert not [*invalidities(stored), *placeholders(stored), *mismatches(stored)]
    assert stored.record.files == ("backend/app/main.py", "backend/app/orders/routes.py")
    assert stored.record.tests == ("tests/orders/test_list.py",)
    assert stored.record.sections[PROMPT] == NOT_RECORDED
    assert (stored.record.command, stored.record.user, stored.record.model) == ("", "", "")


def test_a_session_is_quoted_with_its_secrets_masked(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(shop, WORK)
    git(shop, "config", "user.name", "A Person")
    verdict = {"clean": True, "summary": {"errors": 0, "warnings": 2}}
    write_tree(shop, {".specward/verdict.json": json.dumps(verdict)})
    report = '<testsuites><testsuite tests="9" failures="1" errors="0" skipped="2"/></testsuites>'
    write_tree(shop, {".specward/junit.xml": report})
    transcript = str(TRANSCRIPTS / "prompt.jsonl")
    assert record(monkeypatch, "T-001", "--transcript", transcript, "--junit", ".specward/junit.xml") == 0
    kept = read_record(PATH, (shop / PATH).read_text(encoding="utf-8")).record
    assert kept.sections[PROMPT].startswith(
        'Implement task T-042: "profiles", back\\slash and a colon: here.'
    )
    assert "\n## Outcome\n" in kept.sections[PROMPT]
    assert "PASSWORD=[masked]" in kept.sections[PROMPT]
    assert "hunter2secret" not in (shop / PATH).read_text(encoding="utf-8")
    assert kept.sections[RESPONSE] == "T-042 is implemented; all checks pass."
    assert (kept.model, kept.user, kept.branch) == ("claude-opus-5-5", "A Person", "feature/profiles")
    assert "6 passed, 1 failed, 2 skipped" in kept.sections[OUTCOME]
    assert "specward check: PASS (0 errors, 2 warnings); tests: FAIL" in kept.sections[EVALUATION]


def test_a_slash_command_is_kept_as_the_command(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(shop, WORK)
    assert record(monkeypatch, "T-001", "--transcript", str(TRANSCRIPTS / "command.jsonl")) == 0
    assert read_record(PATH, (shop / PATH).read_text(encoding="utf-8")).record.command == "/implement T-042"


def test_the_same_work_is_recorded_once(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tree(shop, WORK)
    record(monkeypatch, "T-001")
    record(monkeypatch, "T-001")
    assert (
        capsys.readouterr().out
        == f"{PATH} is written: commit it with the work.\n{PATH} holds this work already.\n"
    )
    record(monkeypatch, "T-001", "--again")
    assert len(list((shop / PATH).parent.iterdir())) == 2
    write_tree(shop, {"backend/app/orders/service.py": HEADER})
    record(monkeypatch, "T-001")
    assert len(list((shop / PATH).parent.iterdir())) == 3


def test_commits_that_name_the_task_give_the_files(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(shop, {"backend/app/orders/routes.py": HEADER})
    commit(shop, "List orders\n\nWhy.\n\nTask: T-001")
    others = {"backend/app/main.py": HEADER, "backend/app/else.py": "x = 1\n"}
    write_tree(shop, {"tests/orders/test_list.py": HEADER, "backend/app/orders/größe.py": HEADER, **others})
    commit(shop, "Test it\n\nTask: T-007, T-001")
    write_tree(shop, {"backend/app/other.py": "x = 1\n"})
    commit(shop, "Other\n\nTask: T-0010")
    assert record(monkeypatch, "T-001") == 0
    kept = read_record(PATH, (shop / PATH).read_text(encoding="utf-8")).record
    assert kept.files == (
        "backend/app/main.py",
        "backend/app/orders/größe.py",
        "backend/app/orders/routes.py",
    )
    assert kept.tests == ("tests/orders/test_list.py",)


def test_a_revision_to_compare_with_gives_the_files(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(shop, WORK)
    commit(shop, "Work")
    assert record(monkeypatch, "T-001", "--base", "HEAD~1") == 0
    kept = read_record(PATH, (shop / PATH).read_text(encoding="utf-8")).record
    assert kept.files == ("backend/app/main.py", "backend/app/orders/routes.py")


def test_done_marks_the_task_and_nothing_else(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(shop, WORK)
    record(monkeypatch, "T-001", "--done")
    before = SPECS["specs/tasks.md"]
    after = (shop / "specs/tasks.md").read_text(encoding="utf-8")
    assert after == before.replace("- **Status**: open", "- **Status**: done")
    record(monkeypatch, "T-001", "--done")
    assert (shop / "specs/tasks.md").read_text(encoding="utf-8") == after


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("T-999",), "There is no task T-999"),
        (("T-001",), "Nothing was done for T-001"),
        (("T-001", "--date", "yesterday"), "'yesterday' is not a date"),
        (("T-001", "--base", "nowhere"), "The revision 'nowhere' is unknown"),
        (("T-001", "--transcript", "none.jsonl"), "none.jsonl cannot be read"),
        (("T-001", "--junit", "none.xml"), "none.xml cannot be read"),
        (("T-001", "--junit", "pyproject.toml"), "pyproject.toml is not a JUnit report"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(
    shop: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert record(monkeypatch, *arguments) == 2
    assert sentence in capsys.readouterr().err
    assert not (shop / "history").exists()


def test_a_task_that_still_has_a_placeholder_is_not_recorded(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = SPECS["specs/tasks.md"].replace("List orders", "{{TITLE}}")
    write_tree(shop, {"specs/tasks.md": tasks, **WORK})
    assert record(monkeypatch, "T-001") == 2
    assert "The placeholder {{TITLE}} was never filled in." in capsys.readouterr().err
