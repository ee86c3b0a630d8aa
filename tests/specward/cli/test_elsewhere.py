"""Projects that are specified with Kiro or OpenSpec, under the gate: from the task to the verdict."""

import json
from pathlib import Path

import pytest

from specward.approvals.stamps import PATH
from tests.specward.cli.test_approve import at_a_terminal, run
from tests.specward.repository import commit, git, make_repository, write_tree

SETTINGS = {"pyproject.toml": '[tool.specward]\nterritory = ["app/**"]\n'}
ROUTES = "app/orders/routes.py"
KIRO_REQUIREMENTS = ".kiro/specs/orders/requirements.md"
KIRO = {
    **SETTINGS,
    KIRO_REQUIREMENTS: (
        "# Requirements\n\n### Requirement 1: List orders\n\n#### Acceptance Criteria\n\n"
        "1. WHEN a customer asks THEN the system SHALL give their own orders\n"
        "2. WHEN there are many THEN the system SHALL give them in pages\n"
    ),
    ".kiro/specs/orders/design.md": "# Design\n\n## Paging\n\nBy key.\n",
    ".kiro/specs/orders/tasks.md": (
        "# Implementation Plan\n\n- [ ] 1. Orders\n- [ ] 1.1 List orders\n  - Files: `app/orders/**`\n"
        "  - _Requirements: 1.1_\n- [ ] 1.2 Page them\n  - Files: `app/orders/**`\n  - _Requirements: 1.2_\n"
    ),
}
DELTA = "openspec/changes/add-orders/specs/orders/spec.md"
OPENSPEC = {
    **SETTINGS,
    "openspec/specs/carts/spec.md": "# Carts\n\n### Requirement: One cart\n\nEach SHALL have one.\n",
    "openspec/changes/add-orders/proposal.md": "# Proposal\n\n## Why\n\nPeople ask.\n",
    "openspec/changes/add-orders/design.md": "# Design\n\n## Decisions\n\nPages by key.\n",
    DELTA: (
        "## ADDED Requirements\n\n### Requirement: Own orders\n\nThe system SHALL give their own.\n\n"
        "#### Scenario: Asked\n\n- **WHEN** a customer asks\n- **THEN** theirs are given\n"
    ),
    "openspec/changes/add-orders/tasks.md": (
        "# Tasks\n\n## 1. Reading\n\n- [ ] 1.1 List orders in `app/orders/routes.py`\n"
    ),
}


def header(task: str, cites: str) -> str:
    return f'"""\n[Task]: {task}\n[From]: {cites}\n[Description]: Routes.\n"""\n'


def found(root: Path, *options: str) -> dict[str, str]:
    """The codes of the families that hold tasks, with the first message of each."""
    done = run(
        root, "check", "--format", "json", "--select", "SW1", "--select", "SW2", "--select", "SW3", *options
    )
    assert not done.stderr
    findings = json.loads(done.stdout)["findings"]
    return {finding["code"]: finding["message"] for finding in reversed(findings)}


def approve(root: Path, task: str, types: str) -> None:
    code, said = at_a_terminal(root, types, "approve", task)
    assert code == 0, said
    commit(root, "Approve")


@pytest.fixture
def kiro(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", KIRO)


@pytest.fixture
def openspec(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", OPENSPEC)


def test_a_task_of_kiro_is_read_with_what_it_cites(kiro: Path) -> None:
    said = run(kiro, "task", "1.1").stdout
    assert said.startswith("# orders/T1.1: List orders\n")
    assert "1. WHEN a customer asks THEN the system SHALL give their own orders" in said
    assert "- Paths: `app/orders/**`" in said
    assert [each["task"] for each in json.loads(run(kiro, "task", "--format", "json").stdout)] == [
        "orders/T1",
        "orders/T1.1",
        "orders/T1.2",
    ]


def test_code_of_an_approved_task_of_kiro_is_clean(kiro: Path) -> None:
    write_tree(kiro, {ROUTES: header("T1.1", "speckit.specify §1.1, design.md §Paging")})
    assert found(kiro).keys() == {"SW201"}
    git(kiro, "stash", "--include-untracked")
    approve(kiro, "T1.1", "T1.1")
    git(kiro, "stash", "pop")
    assert found(kiro, "--task", "T1.1") == {}
    write_tree(kiro, {"app/carts/routes.py": header("T1.1", "speckit.specify §1.1")})
    assert "SW301" in found(kiro, "--task", "T1.1")


def test_the_approval_holds_for_the_criterion_that_is_cited(kiro: Path) -> None:
    approve(kiro, "T1.1", "T1.1")
    write_tree(kiro, {ROUTES: header("T1.1", "speckit.specify §1.1")})
    text = KIRO[KIRO_REQUIREMENTS]
    write_tree(kiro, {KIRO_REQUIREMENTS: text.replace("in pages", "at once")})
    assert found(kiro) == {}
    write_tree(kiro, {KIRO_REQUIREMENTS: text.replace("their own", "all")})
    assert "specify §1.1" in found(kiro)["SW202"]


def test_what_kiro_does_not_say_is_told(kiro: Path) -> None:
    write_tree(kiro, {ROUTES: header("T1.9", "speckit.specify §1.1")})
    assert found(kiro).keys() == {"SW103"}
    write_tree(kiro, {ROUTES: header("T1.1", "speckit.specify §1.7")})
    assert found(kiro).keys() == {"SW105", "SW201"}
    code, said = at_a_terminal(kiro, "T1", "approve", "T1")
    assert code == 0, said  # a heading of the list, which permits nothing
    tasks = ".kiro/specs/orders/tasks.md"
    write_tree(kiro, {tasks: KIRO[tasks].replace("1.2_", "1.8_")})
    code, said = at_a_terminal(kiro, "", "approve", "T1.2")
    assert (code, "has no section §1.8" in said) == (2, True)


def test_a_task_may_be_ticked_with_its_code_and_nothing_else(kiro: Path) -> None:
    approve(kiro, "T1.1", "T1.1")
    tasks = ".kiro/specs/orders/tasks.md"
    code = {ROUTES: header("T1.1", "speckit.specify §1.1")}
    write_tree(kiro, {**code, tasks: KIRO[tasks].replace("[ ] 1.1", "[x] 1.1")})
    assert found(kiro, "--base", "HEAD") == {}
    write_tree(kiro, {tasks: KIRO[tasks].replace("1.1 List", "1.1 Delete")})
    assert {"SW202", "SW303"} <= found(kiro, "--base", "HEAD").keys()


def test_a_task_of_openspec_is_from_its_whole_change(openspec: Path) -> None:
    said = run(openspec, "task", "add-orders/T1.1").stdout
    assert "## orders-spec " in said
    assert "The system SHALL give their own." in said
    approve(openspec, "T1.1", "T1.1")
    cites = "orders-spec §Own orders; openspec/specs/carts/spec.md §One cart; design.md §Decisions"
    write_tree(openspec, {ROUTES: header("T1.1", cites)})
    assert found(openspec) == {}
    write_tree(openspec, {DELTA: OPENSPEC[DELTA].replace("their own", "all")})
    assert "orders-spec" in found(openspec)["SW202"]


def test_an_archived_change_keeps_its_approval(openspec: Path) -> None:
    approve(openspec, "T1.1", "T1.1")
    write_tree(openspec, {ROUTES: header("T1.1", "orders-spec §Own orders")})
    (openspec / "openspec/changes/archive").mkdir()
    git(openspec, "mv", "openspec/changes/add-orders", "openspec/changes/archive/2026-11-30-add-orders")
    assert found(openspec) == {}
    assert (openspec / PATH).is_file()
