"""A task of Kiro's at the hooks: it is bound by its number behind a T, and opens what it names alone."""

from pathlib import Path

import pytest

from tests.client.hooks import prompt, use
from tests.client.project import approve, git, headed
from tests.specward.repository import write_tree

TASKS = ".kiro/specs/orders/tasks.md"
FILES = {
    ".kiro/specs/orders/requirements.md": "# R\n\n### Requirement 1\n\n1. WHEN asked THEN it SHALL answer\n",
    TASKS: "# Plan\n\n- [ ] 2.1 List orders\n  - Files: `backend/app/orders/**`\n  - _Requirements: 1.1_\n",
}


@pytest.fixture
def kiro(project: Path) -> Path:
    write_tree(project, FILES)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Specify")
    return project


def test_an_approved_task_is_bound_and_its_permit_holds(kiro: Path) -> None:
    approve(kiro, ("T2.1",))
    said = prompt(kiro, "Implement task T2.1").context
    assert "# orders/T2.1: List orders" in said
    assert "1. WHEN asked THEN it SHALL answer" in said
    inside, outside = kiro / "backend/app/orders/a.py", kiro / "backend/app/notes/a.py"
    assert use(kiro, "Write", file_path=str(inside), content=headed("T2.1")).decision != "deny"
    assert "outside the permit of T2.1" in use(kiro, "Write", file_path=str(outside), content="x").reason
    assert use(kiro, "Write", file_path=str(kiro / TASKS), content="x").decision == "deny"


def test_a_specification_that_changes_meanwhile_ends_the_permit(kiro: Path) -> None:
    approve(kiro, ("T2.1",))
    prompt(kiro, "Implement task T2.1")
    write_tree(
        kiro,
        {".kiro/specs/orders/requirements.md": "# R\n\n### Requirement 1\n\n1. WHEN asked THEN nothing\n"},
    )
    told = use(kiro, "Write", file_path=str(kiro / "backend/app/orders/a.py"), content=headed("T2.1"))
    assert told.decision == "deny"
