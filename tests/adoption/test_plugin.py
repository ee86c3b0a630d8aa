"""The Claude Code plugin, checked, installed and run by the real client."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.adoption.project import specward
from tests.client.claude import BINARY, call, run_claude, text
from tests.client.messages_api import Json, Script
from tests.client.project import headed

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "packaging/claude-plugin"


def client(home: Path, cwd: Path, *arguments: str) -> str:
    """Run a command of the client with a home of its own."""
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    command = [str(BINARY), "plugin", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def wired_by_plugin(project: Path) -> Path:
    """The project with specifications, without any wiring of its own."""
    shutil.rmtree(project / ".claude")
    return project


def test_the_client_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in (PLUGIN, ROOT / ".claude-plugin/marketplace.json"):
        assert "Validation passed" in client(tmp_path, tmp_path, "validate", "--strict", str(path))


def test_it_installs_from_the_marketplace(tmp_path: Path, wired_by_plugin: Path) -> None:
    client(tmp_path, wired_by_plugin, "marketplace", "add", str(ROOT))
    client(tmp_path, wired_by_plugin, "install", "specward@specward", "--scope", "project")
    settings = json.loads((wired_by_plugin / ".claude/settings.json").read_text())
    assert settings["enabledPlugins"] == {"specward@specward": True}
    details = client(tmp_path, wired_by_plugin, "details", "specward@specward")
    assert all(word in details for word in ("implement", "backend-engineer", "PreToolUse"))
    assert "SW903" not in specward(wired_by_plugin, "check", "--select", "SW9")


def test_its_hooks_hold_a_session(wired_by_plugin: Path) -> None:
    project = wired_by_plugin

    def write(name: str, path: str, content: str) -> Json:
        return call("Write", name, file_path=str(project / path), content=content)

    script: Script = {
        "Implement task T-042, as approved": [
            [write("own", "backend/app/notes/a.py", headed())],
            [write("other", "frontend/new.ts", "export {}\n")],
            text("Done."),
        ]
    }
    done = run_claude(project, "/specward:implement T-042", script, "--plugin-dir", str(PLUGIN))
    assert (project / "backend/app/notes/a.py").is_file()
    assert not (project / "frontend/new.ts").exists()
    assert "gate is incomplete" not in json.dumps(done.requests)


def test_a_project_without_settings_is_left_alone(wired_by_plugin: Path) -> None:
    project = wired_by_plugin
    (project / "pyproject.toml").write_text("[project]\n")
    (project / ".venv").unlink()
    turns = [
        [call("Write", "free", file_path=str(project / "backend/app/a.py"), content="a = 1\n")],
        text("Done."),
    ]
    options = ("--plugin-dir", str(PLUGIN), "--permission-mode", "acceptEdits")
    run_claude(project, "Go on [main]", {"[main]": turns}, *options)
    assert (project / "backend/app/a.py").is_file()


def test_a_project_without_the_gate_installed_is_refused(wired_by_plugin: Path) -> None:
    project = wired_by_plugin
    (project / ".venv").unlink()
    turns = [[call("Write", "free", file_path=str(project / "frontend/a.ts"), content="1\n")], text("Done.")]
    options = ("--plugin-dir", str(PLUGIN), "--permission-mode", "acceptEdits")
    run_claude(project, "Go on [main]", {"[main]": turns}, *options, env={"PATH": "/usr/bin:/bin"})
    assert not (project / "frontend/a.ts").exists()


def test_the_hooks_of_a_project_are_not_asked_twice(project: Path) -> None:
    launcher = ["sh", str(PLUGIN / "hooks/specward.sh")]
    environment = {"CLAUDE_PROJECT_DIR": str(project), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(launcher, input=b"no event", env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
