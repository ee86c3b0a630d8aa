"""The wheel holds the gate alone, and starts in an environment of its own: commands, hooks, real client."""

import json
import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from specward import __version__
from tests.adoption.project import make_template, specward
from tests.adoption.wheel import build_wheel, install
from tests.client.claude import call, run_claude, text
from tests.client.hooks import event
from tests.client.messages_api import Turn
from tests.specward.repository import commit


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def adopted(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has the wheel in its .venv, and has adopted the gate."""
    project = make_template(tmp_path_factory.mktemp("adopted") / "a shop", **{".gitignore": ".venv/\n"})
    install(wheel, project / ".venv")
    specward(project, "init", "--yes", program=project / ".venv/bin/specward")
    commit(project, "Adopt the gate")
    return project


def test_it_holds_the_gate_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"specward", f"specward-{__version__}.dist-info"}
    templates = {name.rpartition("/")[2] for name in names if "/adoption/templates/" in name}
    assert templates == {
        *("SKILL.md", "backend-engineer.md", "mcp.json", "settings.json", "specward.sh", "workflow.yml")
    }


def test_it_starts(adopted: Path) -> None:
    program = adopted / ".venv/bin/specward"
    assert specward(adopted, "--version", program=program) == f"specward {__version__}\n"
    assert "in the baseline" in specward(adopted, "check", program=program)
    assert "no reference header" in specward(adopted, "explain", "SW101", program=program)
    assert "Everything is in place" in specward(adopted, "init", "--yes", program=program)


def ask(project: Path, data: bytes, *command: str) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(project)}
    return subprocess.run(
        [*command], input=data, cwd=project, env=environment, capture_output=True, check=False
    )


def write(project: Path, path: str) -> bytes:
    given = {"file_path": str(project / path), "content": "value = 1\n"}
    fields = {"tool_name": "Write", "tool_input": given, "tool_use_id": "toolu_1"}
    return json.dumps(event(project, "PreToolUse", **fields)).encode()


def test_its_hooks_answer(adopted: Path) -> None:
    launcher = adopted / ".claude/hooks/specward.sh"
    assert "/.venv/lib/python3*/site-packages/specward/agent/hook.py" in launcher.read_text()
    for command in (("sh", str(launcher)), (str(adopted / ".venv/bin/specward"), "hook")):
        done = ask(adopted, write(adopted, "backend/app/new.py"), *command)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"
        assert ask(adopted, write(adopted, "frontend/new.ts"), *command).stdout == b""
        assert ask(adopted, b"no event", *command).returncode == 2


def test_the_client_is_held_and_the_hooks_of_the_project_still_run(adopted: Path) -> None:
    def writes(name: str, path: str) -> Turn:
        return [call("Write", name, file_path=str(adopted / path), content="export {}\n")]

    turns = [writes("free", "frontend/new.ts"), writes("held", "backend/app/new.py"), text("Done.")]
    done = run_claude(adopted, "Go on [main]", {"[main]": turns}, "--permission-mode", "acceptEdits")
    assert not done.refused("free")
    assert "written for approved tasks only" in done.answer_to("held")
    assert "Specward guards this repository: backend/app/**" in done.told
    assert "gate is incomplete" not in done.told
    assert (adopted / "formatted").exists()  # what their PostToolUse hook leaves
    assert not (adopted / "backend/app/new.py").exists()
