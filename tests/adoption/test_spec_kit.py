"""GitHub's Spec Kit, the real one: its fresh projects are adopted as they are, and its extension is taken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.adoption.project import specward, tree
from tests.specward.repository import commit, git, write_tree

ROOT = Path(__file__).parents[2]
SPECIFY = "specify-cli==1.2.3"  # no requirement of the tests at large: it brings forty distributions along
NEW = ("init", ".", "--force", "--integration", "claude", "--script", "py", "--ignore-agent-tools")


@pytest.fixture(scope="module")
def specify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command line of Spec Kit, in an environment of its own."""
    environment = tmp_path_factory.mktemp("spec-kit") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = ["uv", "pip", "install", "--quiet", "--python", str(environment / "bin/python")]
    installer = uv if shutil.which("uv") else pip
    if subprocess.run([*installer, SPECIFY], capture_output=True, check=False).returncode:
        pytest.skip(f"{SPECIFY} cannot be installed here: that needs a package index.")
    return environment / "bin/specify"


@pytest.fixture
def fresh(specify: Path, tmp_path: Path) -> Path:
    """A project that Spec Kit has just generated."""
    project = tmp_path / "notes"
    project.mkdir()
    git(project, "init", "--quiet")
    run(specify, project, *NEW)
    commit(project, "Begin")
    return project


def run(specify: Path, project: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(project.parent), "LANG": "C.UTF-8"}
    command = [str(specify), *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fresh_project_is_adopted_without_editing_anything(fresh: Path) -> None:
    before = tree(fresh)
    specward(fresh, "init", "--yes")
    after = tree(fresh)
    assert all(after[path] == data for path, data in before.items())
    assert "Clean." in specward(fresh, "check")
    specward(fresh, "init", "--undo")
    assert tree(fresh) == before


def test_a_feature_made_of_its_templates_is_adopted_too(fresh: Path) -> None:
    templates = fresh / ".specify/templates"
    names = {"spec.md": "spec-template.md", "plan.md": "plan-template.md", "tasks.md": "tasks-template.md"}
    write_tree(
        fresh, {f"specs/001-notes/{name}": (templates / source).read_text() for name, source in names.items()}
    )
    write_tree(fresh, {"src/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"})
    commit(fresh, "Specify")
    said = specward(fresh, "init", "--yes")
    assert "specifications  001-notes" in said
    assert "main:app in src/main.py" in said
    assert "Clean." in specward(fresh, "check")
    assert "T012" in specward(fresh, "task", "T012")


def test_the_extension_is_taken_and_gives_its_commands(specify: Path, fresh: Path) -> None:
    run(specify, fresh, "extension", "add", "--dev", str(ROOT / "packaging/spec-kit"))
    for name in ("init", "task", "check"):
        skill = fresh / f".claude/skills/speckit-specward-{name}/SKILL.md"
        assert f"specward {name}" in skill.read_text()
    hooks = yaml.safe_load((fresh / ".specify/extensions.yml").read_text())["hooks"]
    assert {event: hook["command"] for event, (hook,) in hooks.items()} == {
        "before_implement": "speckit.specward.task",
        "after_implement": "speckit.specward.check",
    }
    specward(fresh, "init", "--yes")
    assert "Clean." in specward(fresh, "check")
