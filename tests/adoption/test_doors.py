"""The doors that are files: each template has one source, and what runs elsewhere is pinned and runs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from specward import __version__
from specward.adoption.client_settings import merge
from specward.adoption.gate import find_gate
from specward.adoption.proposals import OWN, render, template
from specward.adoption.survey import survey
from specward.agent import bindings, events, fast

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "packaging/claude-plugin"
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")


def text(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def loaded(path: str | Path) -> Any:
    return yaml.safe_load(text(path))  # JSON is YAML, too


def test_this_repository_has_what_init_installs() -> None:
    for path, name in OWN.items():
        assert text(path) == render(template(name), survey(ROOT)), f"{path} is not its template"
    assert merge(text(".claude/settings.json"), template("settings.json")) == text(".claude/settings.json")


def test_the_hooks_run_the_script_beside_them_wherever_python_is(tmp_path: Path) -> None:
    script = tmp_path / "venv/lib/python3.99/site-packages/specward/agent/hook.py"
    script.parent.mkdir(parents=True)
    script.touch()
    (tmp_path / "venv/bin").mkdir()
    (tmp_path / "venv/bin/python").touch()
    assert find_gate(tmp_path, ".").hook == (
        '"$CLAUDE_PROJECT_DIR"/venv/bin/python -I -S '
        '"$CLAUDE_PROJECT_DIR"/venv/lib/python3*/site-packages/specward/agent/hook.py'
    )
    assert find_gate(tmp_path / "elsewhere", ".").hook == "specward hook"


def test_the_plugin_is_made_of_the_templates() -> None:
    agent = template("backend-engineer.md").replace("mcp__specward__", "mcp__plugin_specward_specward__")
    assert text(PLUGIN / "agents/backend-engineer.md") == agent
    skill = template("SKILL.md").replace("\nagent: ", "\nagent: specward:")
    assert text(PLUGIN / "skills/implement/SKILL.md") == skill
    hooks = json.dumps(json.loads(template("settings.json"))["hooks"])
    hooks = hooks.replace('$CLAUDE_PROJECT_DIR\\"/.claude', '${CLAUDE_PLUGIN_ROOT}\\"')
    assert loaded(PLUGIN / "hooks/hooks.json")["hooks"] == json.loads(hooks)


def test_the_client_waits_longer_than_the_gate_takes() -> None:
    longest = dict.fromkeys(events.CONTEXT, events.TIME_TO_TELL)
    longest |= dict.fromkeys(events.CLOSING, events.TIME_TO_CLOSE)
    longest |= {"PreToolUse": bindings.TIME_TO_BIND}
    for event, groups in json.loads(template("settings.json"))["hooks"].items():
        slow = event in longest
        needed = longest[event] + events.TO_PUT_DOWN_ALL if slow else fast.TIME + events.TO_PUT_DOWN
        assert all(needed < handler["timeout"] for group in groups for handler in group["hooks"]), event


def test_every_door_has_the_version_of_the_package() -> None:
    assert loaded(PLUGIN / ".claude-plugin/plugin.json")["version"] == __version__
    assert loaded("packaging/spec-kit/extension.yml")["extension"]["version"] == __version__
    assert f'version = "{__version__}"' in text("pyproject.toml")


@pytest.mark.parametrize(
    "path", [".github/workflows/ci.yml", "action.yml", "backend/specward/adoption/templates/workflow.yml"]
)
def test_actions_are_pinned_and_no_expression_reaches_a_shell(path: str) -> None:
    lines = text(path).splitlines()
    assert all(PINNED.search(line) for line in lines if "uses: " in line)
    assert not [line for line in lines if "run:" in line and "${{" in line]


def test_pre_commit_runs_the_hook_of_this_repository() -> None:
    (hook,) = loaded(".pre-commit-hooks.yaml")
    assert hook["entry"] == "specward check"
    assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == ("python", False, True)
