"""One verify behind every door: the same tree gives the same findings, wherever it is asked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.client.hooks import event, hook, prompt
from tests.families import shop
from tests.families.wrongs import MAIN, MODELS, SECURITY, WRONGS, apply, main_with
from tests.specward.repository import commit, git

ROOT = Path(__file__).parents[3]
SPECWARD = str(Path(sys.executable).with_name("specward"))
OLD = ("SW8", "SW9")  # what no task may touch is wrong before the work begins
WORK = {
    MAIN: main_with(".where(Order.owner_id == caller)", "").replace(
        "from fastapi", "import json\n\nfrom fastapi"
    ),
    MODELS: shop.MODELS.replace("§1.1,", "§1.7,").replace("max_length=254", "max_length=255"),
    SECURITY: shop.SECURITY + 'SECONDS: int = "sixty"\n',
    "backend/app/migrations/versions/v0002_other.py": shop.REVISION.replace('"0001"', '"0002"'),
}
CODES = ["SW105", "SW502", "SW515", "SW601", "SW701", "SW702", "SW808", "SW912"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop on a branch, wrong in many ways; every change is within the permit of its task."""
    root = shop.make_shop(tmp_path_factory.mktemp("parity") / "shop")
    for wrong in WRONGS:
        if wrong.family in OLD:
            apply(root, wrong.files)
    commit(root, "What was there before")
    git(root, "checkout", "--quiet", "-b", "work")
    apply(root, dict(WORK))
    return root


@pytest.fixture(scope="module")
def expected(root: Path) -> list[Any]:
    """What the command line finds."""
    found = check(root)
    assert sorted(finding["code"] for finding in found) == CODES
    return found


def check(root: Path, *arguments: str) -> list[Any]:
    command = [SPECWARD, "check", "--format", "json", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    found = findings(done.stdout)
    assert (done.returncode, done.stderr) == (bool(found), "")
    return found


def findings(verdict: str) -> list[Any]:
    found: list[Any] = json.loads(verdict)["findings"]
    return found


def test_a_bound_task_finds_the_same(root: Path, expected: list[Any]) -> None:
    assert check(root, "--task", shop.TASK) == expected


def test_the_end_of_the_agents_work_finds_the_same(root: Path, expected: list[Any]) -> None:
    git(root, "stash", "--include-untracked")  # the work begins after the task is bound
    assert shop.TASK in prompt(root, f"Implement task {shop.TASK}").context
    git(root, "stash", "pop")
    (root / ".specward/verdict.json").unlink(missing_ok=True)
    told = hook(root, event(root, "Stop", agent_type="backend-engineer")).reason
    assert findings((root / ".specward/verdict.json").read_text(encoding="utf-8")) == expected
    held_up_by = sorted(line.split()[2] for line in told.splitlines() if line.startswith("- "))
    assert held_up_by == [code for code in CODES if not code.startswith(OLD)]


@pytest.mark.parametrize("path", WORK)
def test_the_look_at_a_file_after_a_write_is_a_part_of_it(path: str, root: Path, expected: list[Any]) -> None:
    alone = check(root, "--task", shop.TASK, path)
    given = {"tool_name": "Write", "tool_input": {"file_path": str(root / path), "content": ""}}
    told = hook(root, event(root, "PostToolUse", agent_type="backend-engineer", **given)).reason
    lines = [f"- {path}:{each['line']}:{each['column']} {each['code']} {each['message']}" for each in alone]
    assert sorted(line for line in told.splitlines() if line.startswith("- ")) == sorted(
        f"{line} {each['hint']}" for line, each in zip(lines, alone, strict=True)
    )
    assert [each for each in alone if each not in expected] == []


def test_a_commit_and_ci_find_the_same(root: Path, expected: list[Any], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "shop", symlinks=True))
    (entry,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    door = copy / ".git/hooks/pre-commit"
    door.write_text(
        f"#!/bin/sh\n{Path(SPECWARD).parent}/{entry['entry']} --format json >before-commit.json\n"
    )
    door.chmod(0o755)
    with pytest.raises(subprocess.CalledProcessError):
        commit(copy, "Work")
    verdict = copy / "before-commit.json"
    assert findings(verdict.read_text(encoding="utf-8")) == expected
    verdict.unlink()
    door.unlink()
    commit(copy, "Work")
    assert check(copy, "--base", "main") == expected
