"""`specward check --watch` as a person has it: a process that reports until it is interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from specward.code.watch import watch
from specward.rules.examples import HEADER, SPECS
from tests.specward.repository import make_repository, write_tree

SPECWARD = str(Path(sys.executable).with_name("specward"))
ROUTES = "backend/app/orders/routes.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shop", {**SPECS, ROUTES: HEADER})


@pytest.fixture
def watching(root: Path) -> Iterator[subprocess.Popen[str]]:
    command = [SPECWARD, "check", "--watch", "--select", "SW1"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    ) as process:
        yield process
        process.kill()


def lines_until(process: subprocess.Popen[str], words: str) -> str:
    """Read what it prints up to the line with these words; the test's time limit is the run's own."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError(f"{words!r} never came: {''.join(lines)}")


def test_it_reports_each_change_and_ends_in_peace(root: Path, watching: subprocess.Popen[str]) -> None:
    assert "Clean. 1 file" in lines_until(watching, "Watching for changes; Ctrl-C ends.")
    write_tree(root, {ROUTES: "X = 1\n"})
    told = lines_until(watching, "1 error in 1 file.")
    assert f"{ROUTES} changed" in told
    assert "SW101" in told
    write_tree(root, {"pyproject.toml": "[tool.specward"})
    assert "pyproject.toml changed" in lines_until(watching, "specward: pyproject.toml is not valid TOML")
    write_tree(root, {"pyproject.toml": SPECS["pyproject.toml"], ROUTES: HEADER})
    assert f"{ROUTES}, pyproject.toml changed" in lines_until(watching, "Clean. 1 file")
    watching.send_signal(signal.SIGINT)
    assert watching.stdout is not None
    assert watching.stdout.read() == "\n"
    assert watching.wait() == 0


def test_what_changes_meanwhile_is_in_the_next_answer(root: Path) -> None:
    changes = watch(root)
    assert next(changes) == ()
    write_tree(root, {ROUTES: "X = 1\n", ".specward/cache/a.json": "{}", "new.py": ""})
    assert next(changes) == (ROUTES, "new.py")
    (root / ROUTES).unlink()
    assert next(changes) == (ROUTES,)


@pytest.mark.parametrize("option", [("--format", "json"), ("--write-baseline",)])
def test_it_is_for_people(option: tuple[str, ...], root: Path) -> None:
    command = [SPECWARD, "check", "--watch", *option]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("specward: --watch shows text")
