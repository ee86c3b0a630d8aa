"""What stands in the way of the doors: links, locks, pipes, damage. They answer, or say what is wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from specward.rules.examples import HEADER, SPECS
from tests.specward.repository import git, make_repository

SPECWARD = Path(sys.executable).with_name("specward")
LAUNCHER = Path(__file__).parents[3] / ".claude/hooks/specward.sh"
ROUTES = "backend/app/orders/routes.py"
WAIT = 60  # seconds: far from what it takes, and near enough to tell a hang
# Root reads what is locked; without these two capabilities its processes are held as anybody's are.
LOCKED_OUT = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def check(root: Path, *arguments: str, through: list[str] | None = None) -> tuple[int, str]:
    """Run the real console script; returns its exit code and all that it said."""
    command = [*(through or []), str(SPECWARD), "check", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=WAIT)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def hook(root: Path, event: bytes) -> tuple[int, str]:
    """Run the launcher of the hooks as the client does; returns its exit code and what it said."""
    done = subprocess.run(
        ["/bin/sh", LAUNCHER],
        cwd=root,
        env={"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(root)},
        input=event,
        capture_output=True,
        check=False,
        timeout=WAIT,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", {**SPECS, ROUTES: HEADER})


@pytest.fixture
def hooked(root: Path) -> Path:
    """The repository with the gate where the launcher looks for it."""
    (root / ".venv").symlink_to(sys.prefix)
    (root / "backend/specward").symlink_to(LAUNCHER.parents[2] / "backend/specward")
    return root


STAY = ("--select", "SW0,SW1,SW3")


@pytest.mark.parametrize("link", ["specs/loop", "backend/app/loop"])
@pytest.mark.parametrize("target", [".", "..", "loop"])
def test_a_loop_of_links_is_not_followed(root: Path, link: str, target: str) -> None:
    (root / link).symlink_to(target)
    code, said = check(root, *STAY)
    assert code in {0, 1}
    assert "1 file, " in said


@pytest.mark.parametrize("path", ["specs", "specs/approvals.toml", "pyproject.toml"])
def test_a_file_that_is_a_loop_is_told(root: Path, path: str) -> None:
    if (root / path).is_dir():
        (root / path).rename(root / "elsewhere")
    (root / path).unlink(missing_ok=True)
    (root / path).symlink_to(Path(path).name)
    code, said = check(root)
    assert code > 0
    assert path in said


@pytest.mark.parametrize("path", [ROUTES, "backend/app/orders", "backend", "specs/tasks.md", "specs"])
def test_what_is_locked_is_told_and_never_clean(root: Path, path: str) -> None:
    (root / path).chmod(0)
    code, said = check(root, *STAY, through=LOCKED_OUT)
    (root / path).chmod(0o755)
    assert code > 0
    assert path in said
    assert "Permission denied" in said


@pytest.mark.parametrize("task", [(), ("--task", "T-001")])
def test_a_new_folder_that_is_locked_hides_nothing(task: tuple[str, ...], root: Path) -> None:
    for folder in ("backend/app/orders/hidden", "docs"):
        (root / folder).mkdir()
        (root / folder / "more.py").write_text("X = 1\n")
        (root / folder).chmod(0)
    code, said = check(root, *STAY, *task, through=LOCKED_OUT)
    for folder in ("backend/app/orders/hidden", "docs"):
        (root / folder).chmod(0o755)
    assert code == 1
    assert "backend/app/orders/hidden\n  1:1  SW006  The folder hides its files" in said
    assert ("docs\n  1:1  SW301" in said) == bool(task)


def test_another_repository_within_hides_nothing(root: Path) -> None:
    within = root / "backend/app/orders/within"
    make_repository(within, {"more.py": "X = 1\n"})
    code, said = check(root, *STAY)
    assert code == 1
    assert "backend/app/orders/within\n  1:1  SW006  The folder hides its files" in said


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("place", ["backend", "backend/app"])
def test_another_repository_in_the_place_of_the_territory_hides_nothing(
    root: Path,
    place: str,
    tracked: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    git(root, "rm", "-r", "--quiet", "--cached", place)
    make_repository(root / place, {})
    if tracked:
        git(root, "add", place)
    code, said = check(root, *STAY)
    assert code == 1
    assert f"{place}\n  1:1  SW006  The folder hides its files" in said


def with_other_facts(content: bytes) -> bytes:
    """Keep the names and the checksums, and change what is known under them."""
    return re.sub(rb"(?m)^(\w{32} \w{32}) .*", rb"\1 [7]", content)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda content: content[: len(content) // 2],
    "foreign": lambda _: b"\x89PNG\r\n\x00\xff",
    "empty": lambda _: b"",
    "another shape": lambda _: b"[[1, 2], {}]",
    "edited": with_other_facts,
}


def caches(root: Path) -> list[Path]:
    """Make every cache that a run over the whole project makes."""
    (root / "backend/app/orders/versions").mkdir()
    check(root)
    return sorted(path for path in (root / ".specward/cache").iterdir() if path.name != "types.json")


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_made_anew(root: Path, damage: str) -> None:
    made = caches(root)
    whole, answer = {path: path.read_bytes() for path in made}, check(root)
    for path, content in whole.items():
        path.write_bytes(DAMAGE[damage](content))
    assert check(root) == answer
    asked = [path for path in made if not path.name.startswith("specs-")]  # which may lie unread
    assert all(path.read_bytes() == whole[path] for path in asked)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to(path.name)])
def test_what_stands_in_the_place_of_a_cache_keeps_nobody_waiting(
    root: Path, make: Callable[[Path], None]
) -> None:
    made = caches(root)
    answer = check(root)
    for path in made:
        path.unlink()
        make(path)
    assert check(root) == answer


def test_a_hundred_thousand_files_are_listed(root: Path) -> None:
    blob = git(root, "hash-object", "-w", ROUTES).strip()
    for number in range(100):
        (root / f"frontend/{number}").mkdir(parents=True)
        first = root / f"frontend/{number}/0.py"
        shutil.copy(root / ROUTES, first)
        for name in range(1, 1_000):
            os.link(first, root / f"frontend/{number}/{name}.py")
    entries = (f"100644 {blob}\tfrontend/{n // 1_000}/{n % 1_000}.py\n" for n in range(100_000))
    command = ["git", "update-index", "--index-info"]
    subprocess.run(command, cwd=root, input="".join(entries), text=True, check=True)
    git(root, "commit", "--quiet", "--message", "Vendor")
    assert check(root, *STAY)[0] == 0
    (root / "backend/app/new.py").write_text("X = 1\n")
    code, said = check(root, *STAY, "--format", "json")
    assert code == 1
    assert [(each["code"], each["path"]) for each in json.loads(said)["findings"]] == [
        ("SW101", "backend/app/new.py")
    ]


def event(root: Path, size: int) -> bytes:
    """A write of this many bytes by the agent, which has no task."""
    given = {"file_path": str(root / ROUTES), "content": "x" * size}
    return json.dumps({
        "hook_event_name": "PreToolUse", "session_id": "s", "cwd": str(root), "tool_use_id": "t",
        "agent_id": "a", "agent_type": "backend-engineer", "tool_name": "Write", "tool_input": given,
    }).encode()  # fmt: skip


def test_a_large_event_is_judged(hooked: Path) -> None:
    small, large = hook(hooked, event(hooked, 10)), hook(hooked, event(hooked, 9_900_000))
    assert large == small
    assert json.loads(large[1])["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_an_event_that_is_too_large_is_refused(hooked: Path) -> None:
    code, said = hook(hooked, event(hooked, 10_000_000))
    assert code == 2
    assert "longer than 10000000 bytes" in said
