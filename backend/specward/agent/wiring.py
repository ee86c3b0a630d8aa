"""Whether the client is wired to the gate: the agent, and a handler for every event that matters.

Why the handlers look as they do is told in `.claude/hooks/specward.sh`, which all of them run.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from specward.wiring.servers import SERVERS, server_trouble

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
HANDLER = ".claude/hooks/specward.sh"


def problems(root: Path) -> Iterator[str]:
    """Give a sentence for everything that keeps the gate from seeing a session."""
    for path in (AGENT, HANDLER):
        if not (root / path).is_file():
            yield f"{path} is missing."
    trouble = server_trouble(_bytes(root / SERVERS))
    if trouble:
        yield f"{SERVERS}: {trouble}, so brief, check, test and clarify are not served."
    settings = _load(root / SETTINGS)
    if settings is None:
        yield f"{SETTINGS} is missing or not a JSON object, so no hook runs."
        return
    hooks = settings.get("hooks")
    for event in EVENTS:
        if HANDLER not in json.dumps(hooks.get(event) if isinstance(hooks, dict) else None):
            yield f"{SETTINGS} has no handler of the gate for {event}."
    for name, found in ((SETTINGS, settings), (LOCAL_SETTINGS, _load(root / LOCAL_SETTINGS))):
        if found and found.get("disableAllHooks"):
            yield f"{name} switches all hooks off (disableAllHooks)."


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _load(path: Path) -> dict[str, object] | None:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return settings if isinstance(settings, dict) else None
