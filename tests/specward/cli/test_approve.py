"""`specward approve` and `specward task`, run as programs; approve at a real terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from shutil import which

import pytest

from specward.approvals.stamps import PATH, load_approvals
from tests.specward.repository import git, make_repository, write_tree

TASKS = """### T-101: Register

- **From**: speckit.specify §1
- **Files**: `backend/app/accounts/**`

### T-102: Log in

- **From**: speckit.specify §2
- **Files**: `backend/app/accounts/**`
"""
FILES = {
    "pyproject.toml": '[tool.specward]\nfeature = "shop"\n',
    "specs/specify.md": "# S\n\n## 1. Register\n\nOnce.\n\n## 2. Log in\n\nOften.\n",
    "specs/tasks.md": TASKS,
}
COMMAND = (sys.executable, "-c", "from specward.cli import main; main()")
SECONDS = 30  # after which a program that waits for words that never come is ended


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", FILES)


def environment(root: Path, **more: str) -> dict[str, str]:
    (root.parent / ".gitconfig").write_text("[user]\nname = A Person\nemail = person@example.org\n")
    backend = str(Path(__file__).parents[3] / "backend")
    base = {"PATH": os.environ["PATH"], "HOME": str(root.parent), "PYTHONPATH": backend, "LANG": "C.UTF-8"}
    return {**base, "TERM": "xterm", **more}


def run(root: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # our own program
        [*COMMAND, *arguments],
        cwd=root,
        env=environment(root, **more),
        input="",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(which("ssh-keygen") is None, reason="ssh-keygen is not installed here")
def test_who_approves_signs_where_signers_are_named(root: Path) -> None:
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f"]
    for name in ("ada", "eve"):
        subprocess.run([*make, root.parent / name], check=True)
    public = (root.parent / "ada.pub").read_text(encoding="utf-8")
    settings = FILES["pyproject.toml"] + 'signers = "specs/allowed_signers"\n'
    write_tree(root, {"pyproject.toml": settings, "specs/allowed_signers": f"person@example.org {public}"})

    code, said = at_a_terminal(root, "T-101\n", "approve", "T-101")
    assert (code, "git has no signing key of yours" in said) == (2, True)
    code, said = at_a_terminal(root, "T-101\n", "approve", "T-101", "--key", str(root.parent / "eve"))
    assert (code, "Nothing was approved." in said) == (2, True)
    assert load_approvals(root) == {}
    code, _ = at_a_terminal(root, "T-101\n", "approve", "T-101", "--key", str(root.parent / "ada"))
    assert code == 0
    assert "Approved by A Person" in run(root, "task", "T-101").stdout


def at_a_terminal(root: Path, answer: str, *arguments: str) -> tuple[int, str]:
    """Run a program at a terminal and type the answer once it asks."""
    main, side = pty.openpty()
    try:
        process = subprocess.Popen(  # our own program
            [*COMMAND, *arguments], cwd=root, env=environment(root), stdin=side, stdout=side, stderr=side
        )
        os.close(side)
        said = _converse(main, answer)
        return process.wait(SECONDS), said
    finally:
        os.close(main)


def _converse(main: int, answer: str) -> str:
    said = b""
    asked = False
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and select.select([main], [], [], SECONDS)[0]:
        try:
            heard = os.read(main, 4096)
        except OSError:  # the other side has closed
            break
        if not heard:
            break
        said += heard
        if not asked and said.endswith(b'": '):
            asked = True
            os.write(main, answer.encode() + b"\n")
    return said.decode().replace("\r\n", "\n")


def test_a_person_approves_one_task(root: Path) -> None:
    code, said = at_a_terminal(root, "T-101", "approve", "T-101")
    assert code == 0, said
    assert "specify §1: 1. Register" in said
    assert "backend/app/accounts/**" in said
    (stamp,) = load_approvals(root).values()
    assert (str(stamp.task), stamp.approver) == ("shop/T-101", "A Person <person@example.org>")
    assert "Approved by A Person" in run(root, "task", "T-101").stdout
    assert at_a_terminal(root, "", "approve", "T-101")[1].startswith("Nothing to approve")


def test_a_person_approves_all(root: Path) -> None:
    code, said = at_a_terminal(root, "approve 2 tasks", "approve", "--all")
    assert code == 0, said
    assert [str(key) for key in load_approvals(root)] == ["shop/T-101", "shop/T-102"]


@pytest.mark.parametrize("answer", ["", "y", "T-102", "approve"])
def test_anything_else_approves_nothing(root: Path, answer: str) -> None:
    code, said = at_a_terminal(root, answer, "approve", "T-101")
    assert code == 1
    assert said.endswith("Nothing was approved.\n")
    assert not (root / PATH).exists()


def test_a_stale_task_shows_the_words_that_changed(root: Path) -> None:
    at_a_terminal(root, "T-101", "approve", "T-101")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Approve T-101")
    write_tree(root, {"specs/specify.md": FILES["specs/specify.md"].replace("Once", "Twice")})
    assert "STALE" in run(root, "task", "T-101").stdout
    code, said = at_a_terminal(root, "T-101", "approve", "T-101")
    assert code == 0
    assert "[-Once.-] {+Twice.+}" in said


def test_each_part_that_came_or_went_is_named_once(root: Path) -> None:
    at_a_terminal(root, "T-101", "approve", "T-101")
    write_tree(root, {"specs/tasks.md": TASKS.replace("§1", "§2")})
    git(root, "add", "--all")
    _, said = at_a_terminal(root, "", "approve", "T-101")
    changes = [
        "specify §2 is new: it was not there, or not cited, when the task was approved.",
        "specify §1 is no longer cited, or no longer exists.",
    ]
    assert [line for line in said.splitlines() if line.startswith("  specify §")][1:] == [
        f"  {change}" for change in changes
    ]
    told = run(root, "task", "T-101").stdout
    assert [line for line in told.splitlines() if line.startswith("- specify §")] == [
        f"- {change}" for change in changes
    ]


def test_control_characters_of_a_document_are_shown_and_not_obeyed(root: Path) -> None:
    write_tree(root, {"specs/tasks.md": TASKS.replace("Register", "Register\x1b[8m hidden")})
    _, said = at_a_terminal(root, "", "approve", "T-101")
    assert "\x1b[8m" not in said
    assert "\\x1b[8m hidden" in said


@pytest.mark.parametrize("name", ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CODEX_SANDBOX", "CURSOR_AGENT"])
def test_an_agent_is_refused(root: Path, name: str) -> None:
    done = run(root, "approve", "T-101", **{name: "1"})
    assert done.returncode == 2
    assert "Approval is a person's word, and this is an agent's run" in done.stderr


def test_a_pipe_is_refused(root: Path) -> None:
    done = run(root, "approve", "T-101")
    assert done.returncode == 2
    assert "in a terminal" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("approve", "T-109"), "There is no task T-109. The nearest are shop/T-10"),
        (("approve",), "Name the tasks to approve"),
        (("approve", "--all", "T-101"), "Name the tasks to approve"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(root: Path, arguments: tuple[str, ...], sentence: str) -> None:
    code, said = at_a_terminal(root, "", *arguments)
    assert code == 2
    assert sentence in said


def test_an_unresolved_citation_is_refused(root: Path) -> None:
    write_tree(root, {"specs/tasks.md": TASKS.replace("§2", "§2.1")})
    code, said = at_a_terminal(root, "T-102", "approve", "T-102")
    assert code == 2
    assert "specs/tasks.md:6: T-102 cites speckit.specify §2.1" in said
    assert not (root / PATH).exists()


def test_a_task_as_json(root: Path) -> None:
    values = json.loads(run(root, "task", "t101", "--format", "json").stdout)
    assert (values["task"], values["approval"]["state"]) == ("shop/T-101", "unapproved")
    assert values["permit"]["paths"] == ["backend/app/accounts/**"]


def test_without_a_name_the_tasks_are_listed(root: Path) -> None:
    write_tree(root, {"specs/002-more/tasks.md": "- [x] T001 Other\n"})
    at_a_terminal(root, "T-101\n", "approve", "T-101")
    assert run(root, "task").stdout.splitlines() == [
        "shop",
        "  T-101  approved      open  Register",
        "  T-102  not approved  open  Log in",
        "002-more",
        "  T001   not approved  done  Other",
    ]
    listed = json.loads(run(root, "task", "--format", "json").stdout)
    assert [each["task"] for each in listed] == ["shop/T-101", "shop/T-102", "002-more/T001"]
    assert listed[0] == {"task": "shop/T-101", "title": "Register", "done": False, "approval": "approved"}


def test_a_repository_without_tasks_lists_none_and_says_so(tmp_path: Path) -> None:
    done = run(make_repository(tmp_path / "empty", {}), "task")
    assert (done.returncode, "Tasks belong in specs/tasks.md" in done.stderr) == (2, True)


def test_an_ambiguous_task_is_a_sentence(root: Path) -> None:
    write_tree(root, {"specs/002-more/tasks.md": "- [ ] T-101 Other\n"})
    done = run(root, "task", "T-101")
    assert done.returncode == 2
    assert "shop/T-101 (specs/tasks.md:1), 002-more/T-101 (specs/002-more/tasks.md:1)" in done.stderr
    assert run(root, "task", "002-more/T-101").returncode == 0


def test_a_repository_without_specifications_is_a_sentence(tmp_path: Path) -> None:
    done = run(make_repository(tmp_path / "empty", {}), "task", "T-1")
    assert (done.returncode, "There are no specifications here" in done.stderr) == (2, True)
