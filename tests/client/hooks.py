"""The gate's script, called as the client calls it."""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.client.messages_api import Json

SESSION = "5e5510a1-0000-4000-8000-000000000000"


class Reply(NamedTuple):
    """What the client gets back from a hook."""

    code: int
    stdout: str
    stderr: str

    @property
    def decision(self) -> str:
        """allow, deny, or empty where the gate has no opinion."""
        output: Json = json.loads(self.stdout or "{}")
        return str(output.get("hookSpecificOutput", {}).get("permissionDecision", ""))

    @property
    def reason(self) -> str:
        output: Json = json.loads(self.stdout or "{}")
        specific = output.get("hookSpecificOutput", {})
        return str(specific.get("permissionDecisionReason") or output.get("reason") or "")

    @property
    def context(self) -> str:
        output: Json = json.loads(self.stdout or "{}")
        return str(output.get("hookSpecificOutput", {}).get("additionalContext", ""))


def event(project: Path, name: str, **fields: object) -> Json:
    """An event as the client sends it, from the main thread of an ordinary session."""
    base = {"session_id": SESSION, "cwd": str(project), "transcript_path": str(project / "none.jsonl")}
    return base | {"hook_event_name": name} | fields


def hook(project: Path, data: Json | bytes, part: int = 1) -> Reply:
    """Run the hook script of the project on an event, or on raw bytes."""
    script = project / "backend/specward/agent/hook.py"
    done = subprocess.run(
        [str(project / ".venv/bin/python"), "-I", "-S", str(script), str(part)],
        input=data if isinstance(data, bytes) else json.dumps(data).encode(),
        env={"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": str(project)},
        capture_output=True,
        check=False,
    )
    return Reply(done.returncode, done.stdout.decode(), done.stderr.decode())


def use(project: Path, tool: str, *, engineer: bool = True, **given: object) -> Reply:
    """Ask the gate about one tool call."""
    fields: Json = {"tool_name": tool, "tool_input": given, "tool_use_id": "toolu_1"}
    fields |= {"agent_type": "backend-engineer"} if engineer else {}
    return hook(project, event(project, "PreToolUse", **fields))


def prompt(project: Path, words: str, *, engineer: bool = True, part: int = 1) -> Reply:
    """Tell the gate what the user said."""
    fields: Json = {"agent_type": "backend-engineer"} if engineer else {}
    return hook(project, event(project, "UserPromptSubmit", prompt=words, **fields), part)
