"""SW9xx in real repositories: what the rules' own examples do not show."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from specward.findings import Finding, Severity
from specward.rules.examples import SPECS
from specward.rules.wiring.examples import AGENT, COMMAND, ENGINEER, EVENTS, local, settings
from specward.verify import verify
from tests.specward.repository import make_repository

SEED = (Path(__file__).parent / "seed.md").read_text(encoding="utf-8")
PLUGIN = {".claude-plugin/plugin.json": '{"name": "shop"}'}
SKILL = "---\nname: implement\ncontext: fork\nagent: {}\n---\nDo it.\n"


def found(root: Path, code: str, files: Mapping[str, str]) -> tuple[Finding, ...]:
    make_repository(root, {**SPECS, **files})
    return verify(root, select=(code,)).findings


def test_a_wired_project_is_clean(tmp_path: Path) -> None:
    engineer = SEED.replace("color: green", "color: green\ntools: Read, Grep, Glob, Write, Edit")
    assert found(tmp_path, "SW9", {**settings(), AGENT: engineer}) == ()


def test_a_project_without_any_wiring_is_told_what_is_missing(tmp_path: Path) -> None:
    assert [finding.code for finding in found(tmp_path, "SW9", {})] == ["SW911", "SW901"]


def test_broken_settings_are_one_finding_and_not_ten(tmp_path: Path) -> None:
    broken = {".claude/settings.json": "{", AGENT: ENGINEER}
    assert [finding.code for finding in found(tmp_path, "SW90", broken)] == ["SW901"]


def test_the_line_of_a_setting_is_shown(tmp_path: Path) -> None:
    [finding] = found(tmp_path, "SW902", settings(disableAllHooks=True))
    assert (finding.place.path, finding.place.line) == (".claude/settings.json", 2)


def test_simple_mode_is_found(tmp_path: Path) -> None:
    [finding] = found(tmp_path, "SW902", {**settings(), **local(env={"CLAUDE_CODE_SIMPLE": "1"})})
    assert finding.place.path == ".claude/settings.local.json"


def test_hooks_of_somebody_else_are_not_the_gate(tmp_path: Path) -> None:
    findings = found(tmp_path, "SW903", settings(command="./format.sh || exit 2"))
    assert len(findings) == len(EVENTS)


def test_the_plugin_brings_its_own_hooks(tmp_path: Path) -> None:
    text = json.dumps({"enabledPlugins": {"specward@specward": True}})
    assert found(tmp_path, "SW903", {".claude/settings.json": text}) == ()


def test_a_misspelt_event_is_named_and_its_own_missing(tmp_path: Path) -> None:
    events = {
        ("preToolUse" if event == "PreToolUse" else event): matcher for event, matcher in EVENTS.items()
    }
    files = settings(events=events)
    assert [finding.hint for finding in found(tmp_path / "a", "SW904", files)] == ["Write PreToolUse."]
    assert len(found(tmp_path / "b", "SW903", files)) == 1


def test_a_missing_interpreter_is_grave_only_where_the_hook_fails_open(tmp_path: Path) -> None:
    closed = {".claude/settings.json": settings()[".claude/settings.json"]}
    [finding] = found(tmp_path / "a", "SW906", closed)
    assert finding.severity is Severity.WARNING
    opened = {
        path: text.replace(" || exit 2", "").replace("block", "continue") for path, text in closed.items()
    }
    [finding] = found(tmp_path / "b", "SW906", opened)
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "rule",
    [
        "Bash",
        "Bash(*)",
        "Bash(:*)",
        "Bash(bash -c:*)",
        "Bash(python3:*)",
        "Bash(node *)",
        "Bash(sudo sh)",
        "Edit",
        "Write(**)",
        "Edit(/.claude/**)",
        "Write(/specs/approvals.toml)",
        "Edit(//home/x/.specward/**)",
    ],
)
def test_rules_that_open_the_gate(tmp_path: Path, rule: str) -> None:
    [finding] = found(tmp_path, "SW908", {**settings(), **local(permissions={"allow": [rule]})})
    assert rule in finding.message


@pytest.mark.parametrize(
    "rule",
    [
        "Bash(git diff:*)",
        "Bash(python -m pytest:*)",
        "Bash(make test)",
        "Bash(shellcheck:*)",
        "Edit(/backend/app/**)",
        "Read(/.claude/**)",
        "WebFetch(domain:example.org)",
    ],
)
def test_rules_that_do_not(tmp_path: Path, rule: str) -> None:
    assert found(tmp_path, "SW908", settings(permissions={"allow": [rule]})) == ()


def test_a_mode_that_asks_nobody_is_found(tmp_path: Path) -> None:
    assert len(found(tmp_path, "SW908", settings(permissions={"defaultMode": "bypassPermissions"}))) == 1


def test_two_agents_of_one_name_are_found(tmp_path: Path) -> None:
    files = {AGENT: ENGINEER, ".claude/agents/team/other.md": ENGINEER}
    assert len(found(tmp_path, "SW911", files)) == 2


def test_an_engineer_without_tools_has_them_all(tmp_path: Path) -> None:
    [finding] = found(tmp_path, "SW912", {AGENT: SEED})
    assert "every tool" in finding.message


def test_only_hooks_in_the_head_are_no_hooks(tmp_path: Path) -> None:
    head = ENGINEER.replace("tools:", "hooks:\n  Stop: []\ntools:")
    [finding] = found(tmp_path / "a", "SW913", {AGENT: head})
    assert finding.place.line == 4
    assert found(tmp_path / "b", "SW913", {AGENT: head, **settings()}) == ()


def test_what_a_plugins_agent_may_not_say(tmp_path: Path) -> None:
    head = ENGINEER.replace("tools:", "permissionMode: plan\nmcpServers: x\ntools:")
    assert len(found(tmp_path, "SW913", {**PLUGIN, "agents/backend-engineer.md": head})) == 2


def test_a_plugins_skill_names_the_plugin(tmp_path: Path) -> None:
    agent = {**PLUGIN, "agents/backend-engineer.md": ENGINEER}
    skill = "skills/implement/SKILL.md"
    [finding] = found(tmp_path / "a", "SW914", {**agent, skill: SKILL.format("backend-engineer")})
    assert finding.hint == "Write `agent: shop:backend-engineer`."
    assert found(tmp_path / "b", "SW914", {**agent, skill: SKILL.format("shop:backend-engineer")}) == ()


def test_agents_elsewhere_are_nobodys_business(tmp_path: Path) -> None:
    files = {AGENT: ENGINEER, "docs/agents/notes.md": "# Notes\n", "backend/app/agents/x.md": "---\n"}
    assert found(tmp_path, "SW911", files) == ()


def test_files_that_are_no_files_are_read_without_harm(tmp_path: Path) -> None:
    make_repository(tmp_path, {**SPECS, AGENT: ENGINEER, ".claude/settings.local.json": "\0"})
    os.mkfifo(tmp_path / ".claude/settings.json")
    (tmp_path / ".claude/agents/loop.md").symlink_to("loop.md")
    (tmp_path / ".claude/agents/binary.md").write_bytes(b"---\nname: \xff\x00\n---")
    codes = {finding.code for finding in verify(tmp_path, select=("SW9",)).findings}
    assert {"SW901", "SW911", "SW921"} == codes


def test_a_command_in_both_forms_is_clean(tmp_path: Path) -> None:
    hook = {"type": "command", "command": "${CLAUDE_PROJECT_DIR}/.venv/bin/specward-hook", "args": ["2"]}
    text = json.dumps({"hooks": {"PreToolUse": [{"hooks": [{**hook, "onFailure": "block"}]}]}})
    files = {".claude/settings.json": text, ".venv/bin/specward-hook": ""}
    assert found(tmp_path / "a", "SW906", files) == ()
    assert found(tmp_path / "b", "SW907", files) == ()
    assert COMMAND.endswith("|| exit 2")
