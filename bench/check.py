"""How long `specward check` takes on a large project: 1,000 files, 300 routes, 20,000 tasks; cold and warm.

Run with `python -m bench.check`. It builds the project in a temporary directory, and prints the best of
several runs of the real console script beside a bare interpreter: machines differ, ratios less so.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from specward.approvals.stamps import write_approvals
from specward.approvals.status import stamp_task
from specward.config import load_config
from specward.specs.model import SpecSet
from specward.specs.reader import read_specs

FEATURES, TASKS, FILES = 20, 1_000, 1_000
RUNS = 5
FAMILIES = "SW0,SW1,SW2,SW3"  # what a project of headers, tasks and stamps is held to
SPECWARD = Path(sys.executable).with_name("specward")
COLD_LIMIT, WARM_LIMIT, FILE_LIMIT = 3.0, 0.3, 0.15  # seconds, on two cores
ROOT = Path(__file__).parents[1]
HOOK = ROOT / "backend/specward/agent/hook.py"
EDITED, BOUND = "backend/app/f0/m0.py", "000-feature/T-0001"  # it has routes, as every tenth file
MODELS = '''
from fastapi import Depends, Header
from sqlmodel import Field, Session, SQLModel


class User(SQLModel, table=True):
    """A user."""

    id: int = Field(primary_key=True)
    password_hash: str


class Item(SQLModel, table=True):
    """Something of a user."""

    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")


def current_user(session: Session, authorization: str = Header()) -> User:
    """Give the caller."""
    return session.get(User, int(authorization))
'''
ROUTES = '''
from fastapi import APIRouter, Depends
from sqlmodel import Session, select

from app.f0.models import Item, User, current_user

router = APIRouter()


def items(session: Session, user: User) -> list[Item]:
    """Give the user's own."""
    return session.exec(select(Item).where(Item.owner_id == user.id)).all()


@router.get("/items/NUMBER")
def read_all(session: Session, user: User = Depends(current_user)) -> list[Item]:
    """Give the user's own."""
    return items(session, user)


@router.get("/items/NUMBER/first")
def read_first(session: Session, user: User = Depends(current_user)) -> Item:
    """Give the first of the user's own."""
    return items(session, user)[0]


@router.delete("/items/NUMBER")
def remove(session: Session, user: User = Depends(current_user)) -> None:
    """Remove all of the user's own."""
    for item in items(session, user):
        session.delete(item)
'''
RECORD = """---
id: '0001'
title: 'Begin'
stage: green
date: '2026-01-02'
surface: agent
feature: {feature}
branch: main
links:
  spec: specs/{feature}/tasks.md
tasks: [{tasks}]
files:
- {file}
tests: []
---

## Prompt

This work was not done in a recorded session, so there is no prompt to quote.

## Response snapshot

## Outcome

- ✅ Impact: it does its things

## Evaluation notes (flywheel)
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        make_project(root)
        bare = best(lambda: run([sys.executable, "-I", "-S", "-c", "pass"], root))
        print(
            f"{FILES:,} files, {FEATURES * TASKS:,} tasks; best of {RUNS}; "
            f"a bare interpreter takes {bare:.3f} s"
        )
        for name, selection in (("trace, approval, scope", ("--select", FAMILIES)), ("every family", ())):
            print(f" {name}")
            measure(root, bare, selection)
        print(" one file just edited under its task, as the hook after a write asks")
        tell(root, "UserPromptSubmit", prompt=f"Implement {BOUND}")
        touch = partial(append, root / EDITED)
        report("after a write", best(lambda: after_write(root, EDITED), before=touch), bare, FILE_LIMIT)
        report("nothing to judge", best(lambda: after_write(root, "README.md")), bare, FILE_LIMIT)


def measure(root: Path, bare: float, selection: tuple[str, ...]) -> None:
    """Print how long a check takes with nothing known, with everything known, and after one edit."""
    forget = partial(shutil.rmtree, root / ".specward", ignore_errors=True)
    touch = partial(append, root / EDITED)
    report("cold", best(lambda: check(root, *selection), before=forget), bare, COLD_LIMIT)
    report("warm", best(lambda: check(root, *selection)), bare, WARM_LIMIT)
    report("one file changed", best(lambda: check(root, *selection), before=touch), bare, WARM_LIMIT)


def report(name: str, seconds: float, bare: float, limit: float) -> None:
    mark = "ok" if seconds < limit else f"MISSED {limit} s"
    print(f"  {name:<18} {seconds:6.3f} s   {seconds / bare:5.1f} x bare   {mark}")


def make_project(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "large"\n\n[tool.specward]\n')
    for feature in range(FEATURES):
        folder = root / f"specs/{feature:03d}-feature"
        folder.mkdir(parents=True)
        sections = "".join(
            f"### {n}.1 Part {n}\n\n- **FR-{n:03d}**: It does thing {n}.\n\n" for n in range(1, 60)
        )
        (folder / "spec.md").write_text(f"# Feature {feature}\n\n{sections}")
        (folder / "plan.md").write_text(f"# Plan\n\n{sections}")
        (folder / "tasks.md").write_text(
            "# Tasks\n\n" + "".join(task(feature, number) for number in range(TASKS))
        )
    per_folder = FILES // 20
    for number in range(FILES):
        path = root / f"backend/app/f{number // per_folder}/m{number % per_folder}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module(number))
    (root / "backend/app/f0/models.py").write_text(header(0) + MODELS)
    (root / ".gitignore").write_text(".specward/\n.venv\n")
    approve(root)
    record(root)
    wire(root)
    for command in (["init", "--quiet"], ["add", "--all"]):
        run(["git", *command], root)
    run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "Begin"],
        root,
    )


def approve(root: Path) -> None:
    """Stamp each task that a file implements, so that the project is clean."""
    spec_sets = read_specs(root, load_config(root))
    tasks = (spec_set.tasks[number] for spec_set, number in implemented(spec_sets))
    stamps = [stamp_task(task, spec_sets, "A Person", date(2026, 1, 2)) for task in tasks]
    write_approvals(root, {stamp.task: stamp for stamp in stamps})


def record(root: Path) -> None:
    """Tell of the work: one record for each feature, which names all of its tasks that have code."""
    for number in range(FEATURES):
        feature, first = f"{number:03d}-feature", number * FILES // FEATURES
        tasks = (f"T-{index % TASKS + 1:04d}" for index in range(first, first + FILES // FEATURES))
        path = root / f"history/prompts/{feature}/0001-begin.green.prompt.md"
        path.parent.mkdir(parents=True)
        path.write_text(
            RECORD.format(feature=feature, tasks=", ".join(tasks), file=f"backend/app/f{number}/m0.py")
        )


def wire(root: Path) -> None:
    """Give it the agent and the hooks of this repository."""
    shutil.copytree(
        ROOT / ".claude", root / ".claude", ignore=shutil.ignore_patterns("worktrees", "*.local.json")
    )
    shutil.copy(ROOT / ".mcp.json", root)
    (root / ".venv").symlink_to(sys.prefix)
    (root / "backend/specward").symlink_to(ROOT / "backend/specward")


def after_write(root: Path, path: str) -> None:
    """Ask as the client does after a write of the agent; outside of the territory all it does is start."""
    answer = tell(root, "PostToolUse", tool_name="Write", tool_input={"file_path": f"{root}/{path}"})
    assert not answer, answer.decode()


def tell(root: Path, name: str, **fields: object) -> bytes:
    """Send an event to the gate's hook, and return its answer."""
    event = {"hook_event_name": name, "session_id": "s", "cwd": str(root), "tool_use_id": "t", **fields}
    done = run([sys.executable, "-I", "-S", str(HOOK)], root, json.dumps(event), CLAUDE_PROJECT_DIR=str(root))
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def implemented(spec_sets: tuple[SpecSet, ...]) -> Iterator[tuple[SpecSet, int]]:
    per_feature = FILES // FEATURES
    for number in range(FILES):
        yield spec_sets[number // per_feature], number % TASKS


def task(feature: int, number: int) -> str:
    return (
        f"### T-{number + 1:04d}: Do thing {number}\n\n- **Status**: open\n"
        f"- **From**: speckit.specify §{number % 59 + 1}.1; speckit.plan §{number % 59 + 1}.1\n"
        f"- **Outputs**: thing {number} is done\n- **Files**: `backend/app/f{feature}/**`\n"
        "- **Operations**: none\n- **Tables**: none\n- **Dependencies**: none\n- **Done when**: it is.\n\n"
    )


def module(number: int) -> str:
    body = "".join(
        f'\n\ndef function_{n}(value: int) -> int:\n    """Add {n}."""\n    return value + {n}\n'
        for n in range(60)
    )
    head = f"{header(number)}\nimport os\n"
    return head + (ROUTES.replace("NUMBER", str(number)) if number % 10 == 0 else "") + body


def header(number: int) -> str:
    feature, section = number // (FILES // FEATURES), number % 59 + 1
    return (
        f'"""\n[Task]: {feature:03d}-feature/T-{number % TASKS + 1:04d}\n'
        f"[From]: speckit.specify §{section}.1, speckit.plan §{section}.1\n"
        f'[Description]: Does thing {number}.\n"""\n'
    )


def check(root: Path, *selection: str) -> None:
    done = run([str(SPECWARD), "check", *selection], root)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def append(path: Path) -> None:
    with path.open("a") as stream:
        stream.write("\n# more\n")


def run(
    command: list[str], root: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=root,
        input=given.encode(),
        env=os.environ | environment,
        check=False,
        capture_output=True,
    )


def best(action: Callable[[], object], before: Callable[[], None] = lambda: None) -> float:
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
