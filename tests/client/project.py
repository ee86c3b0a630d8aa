"""A small repository under the gate, as the tests work in it."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.specs.reader import read_specs

ROOT = Path(__file__).parents[2]

SPECIFY = """# Specification

## 2. Notes

### 2.1 Write a note

A signed-in user writes a note of at most 280 characters.

### 2.2 Read notes

A user reads their own notes, newest first.
"""
PLAN = """# Plan

## 3. Code

### 3.4 Slices

One folder a slice.
"""
TASK = """### {id}: {title}

- **Status**: open
- **From**: speckit.specify §2.1; speckit.plan §3.4
- **Preconditions**: none
- **Outputs**: {title}
- **Files**: `backend/app/{folder}/**`
- **Operations**: none
- **Tables**: none
- **Tests**: `tests/app/{folder}/**`
- **Dependencies**: none
- **Done when**: it works.
"""
TASKS = {"T-042": "notes", "T-078": "alerts", "T-101": "accounts", "T-102": "logins", "T-900": "drafts"}
APPROVED = ("T-042", "T-078", "T-101", "T-102")
SETTINGS = '[tool.specward]\nfeature = "backend"\nterritory = "backend/app/**"\n'
HEADER = '"""\n[Task]: {task}\n[From]: speckit.specify §2.1, speckit.plan §3.4\n[Description]: Notes.\n"""\n'


def headed(task: str = "T-042", code: str = "") -> str:
    """A Python file with its reference header."""
    return HEADER.format(task=task) + code


def make_project(folder: Path) -> Path:
    """Make the repository: specifications, approvals (but for `T-900`), the wiring, one commit."""
    tasks = "\n".join(TASK.format(id=task, title=name.title(), folder=name) for task, name in TASKS.items())
    files = {
        "specs/specify.md": SPECIFY,
        "specs/plan.md": PLAN,
        "specs/tasks.md": f"# Tasks\n\n{tasks}",
        "pyproject.toml": SETTINGS,
        ".gitignore": ".specward/\n.venv\n__pycache__/\n",
        "backend/app/__init__.py": "",
        "frontend/page.ts": "export {}\n",
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    shutil.copytree(
        ROOT / ".claude",
        folder / ".claude",
        ignore=shutil.ignore_patterns("worktrees", "settings.local.json"),
    )
    shutil.copy2(ROOT / ".mcp.json", folder / ".mcp.json")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "backend/specward").symlink_to(ROOT / "backend/specward")
    approve(folder, APPROVED)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def approve(folder: Path, tasks: tuple[str, ...]) -> None:
    """Approve tasks as they stand now, as a person does with `specward approve`."""
    spec_sets = read_specs(folder, load_config(folder))
    found = [task for spec_set in spec_sets for task in spec_set.tasks if task.key.id in tasks]
    stamps = {
        task.key: stamp_task(task, spec_sets, "Ada <ada@example.com>", date(2026, 1, 2)) for task in found
    }
    write_approvals(folder, stamps)


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "State")
