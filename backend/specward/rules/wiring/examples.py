"""A wired project for the examples of this family, small enough to be read."""

import json

from specward.wiring.servers import SERVER, SERVERS
from specward.wiring.settings import LOCAL_SETTINGS, SETTINGS

AGENT = ".claude/agents/backend-engineer.md"
COMMAND = '"$CLAUDE_PROJECT_DIR"/.venv/bin/specward-hook || exit 2'
EVENTS = {
    "UserPromptSubmit": "",
    "PreToolUse": "*",
    "PostToolUse": "Write|Edit|NotebookEdit",
    "SubagentStop": "",
    "Stop": "",
    "ConfigChange": "",
}
ENGINEER = """---
name: backend-engineer
description: Implements approved backend tasks
tools: Read, Grep, Glob, Write, Edit
---

You implement approved tasks.
"""


def settings(*, command: str = COMMAND, events: dict[str, str] = EVENTS, **others: object) -> dict[str, str]:
    """Return a project's settings file, with the program that its hooks run."""
    hooks = {
        event: [
            {
                **({"matcher": matcher} if matcher else {}),
                "hooks": [{"type": "command", "command": command, "timeout": 10, "onFailure": "block"}],
            }
        ]
        for event, matcher in events.items()
    }
    text = json.dumps({**others, "hooks": hooks}, indent=2)
    return {SETTINGS: f"{text}\n", ".venv/bin/specward-hook": ""}


def tool_server(program: str = ".venv/bin/specward") -> dict[str, str]:
    """Return a project's `.mcp.json`, with the program that serves the gate's tools."""
    command = f'cd "$CLAUDE_PROJECT_DIR" && exec {program} mcp'
    servers = {SERVER: {"command": "sh", "args": ["-c", command]}}
    return {SERVERS: json.dumps({"mcpServers": servers}, indent=2)}


def local(**values: object) -> dict[str, str]:
    """Return a personal settings file."""
    return {LOCAL_SETTINGS: f"{json.dumps(values, indent=2)}\n"}
