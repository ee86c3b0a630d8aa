"""The files under .claude: valid for the client's own checker, and taken up by the client as written."""

import json
import subprocess
from pathlib import Path

import yaml

from specward.agent.clarifications import KINDS, SECTIONS
from specward.agent.context import PARTS
from specward.agent.wiring import EVENTS, SETTINGS, problems
from tests.client.claude import BINARY, run_claude, text
from tests.client.messages_api import Json
from tests.client.project import ROOT

AGENT = ROOT / ".claude/agents/backend-engineer.md"
TOOLS = {"Read", "Grep", "Glob", "Write", "Edit"} | {
    f"mcp__specward__{name}" for name in ("brief", "check", "test", "clarify")
}


def parts(path: Path) -> tuple[Json, str]:
    """The front matter and the body of a definition."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    found: Json = yaml.safe_load(front)
    return found, body


def test_the_agent_is_the_one_of_the_seed() -> None:
    front, body = parts(AGENT)
    assert (front["name"], front["model"], front["color"]) == ("backend-engineer", "sonnet", "green")
    assert set(front["tools"].split(", ")) == TOOLS
    assert front["description"].count("<example>") == 3
    assert all(task in front["description"] for task in ("T-042", "T-078", "T-101 through T-105"))
    assert all(f"`{kind}`" in body for kind in KINDS)
    assert all(f"## {section}" in body for section in SECTIONS)


def test_the_client_finds_nothing_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(BINARY), "plugin", "validate", "--strict", str(ROOT / ".claude")],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_gate_is_wired_into_every_event_that_matters(project: Path) -> None:
    assert list(problems(ROOT)) == []
    hooks = json.loads((ROOT / SETTINGS).read_text(encoding="utf-8"))["hooks"]
    for event in ("UserPromptSubmit", "SubagentStart"):
        commands = [handler["command"] for handler in hooks[event][0]["hooks"]]
        assert [command.split()[2] for command in commands] == [str(part + 1) for part in range(PARTS)]
    (project / ".claude/settings.json").write_text("{}", encoding="utf-8")
    assert len(list(problems(project))) == len(EVENTS)
    (project / ".claude/settings.json").write_text("{", encoding="utf-8")
    assert [problem.partition(" is")[0] for problem in problems(project)] == [".claude/settings.json"]


def test_the_client_takes_the_agent_as_written(project: Path) -> None:
    done = run_claude(project, "Hello [main]", {"[main]": [text("Hello.")]}, "--agent", "backend-engineer")
    start = next(event for event in done.events if event.get("subtype") == "init")
    assert set(start["tools"]) == TOOLS
    assert "implement" in start["slash_commands"]
    request = done.requests[-1]
    assert "sonnet" in request["model"]
    assert any(parts(AGENT)[1].strip()[:200] in block["text"] for block in request["system"])
