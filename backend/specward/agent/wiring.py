"""Whether the client is wired to the gate: the agent, the skill, and a handler for every event that matters.

One handler per event serves every client. It is a shell line, because clients before 2.1.295 ignore
`onFailure` and take any exit code but 2 for consent: there `|| ... exit 2` closes the gate when the
interpreter or the script is missing or crashes, and the script's own alarm when it hangs. Newer clients add
`onFailure: block` for what the line cannot see: that the shell itself is missing, or the client's time-out.
Registering the exec form beside it would run the gate twice on every client that knows both.
"""

import json
from collections.abc import Iterator
from pathlib import Path

AGENT = ".claude/agents/backend-engineer.md"
SETTINGS = ".claude/settings.json"
LOCAL_SETTINGS = ".claude/settings.local.json"
EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "ConfigChange",
)
SCRIPT = "specward/agent/hook.py"


def problems(root: Path) -> Iterator[str]:
    """Give a sentence for everything that keeps the gate from seeing a session."""
    if not (root / AGENT).is_file():
        yield f"{AGENT} is missing."
    settings = _load(root / SETTINGS)
    if settings is None:
        yield f"{SETTINGS} is missing or no JSON object, so no hook runs."
        return
    hooks = settings.get("hooks")
    for event in EVENTS:
        if SCRIPT not in json.dumps(hooks.get(event) if isinstance(hooks, dict) else None):
            yield f"{SETTINGS} has no handler of the gate for {event}."
    for name, found in ((SETTINGS, settings), (LOCAL_SETTINGS, _load(root / LOCAL_SETTINGS))):
        if found and found.get("disableAllHooks"):
            yield f"{name} switches all hooks off (disableAllHooks)."


def _load(path: Path) -> dict[str, object] | None:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return settings if isinstance(settings, dict) else None
