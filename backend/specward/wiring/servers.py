"""`.mcp.json`: the tool servers that Claude Code starts for a repository, of which one is the gate's own."""

import json
from collections.abc import Mapping

from specward.patterns import pattern

SERVERS = ".mcp.json"
SERVER = "specward"

# A path of plain letters, or a quoted one: nothing that the shell would take for more.
_PROGRAM = r"(?:/?(?:[\w.@+-]+/)*specward|'/?(?:[^'/\n]+/)*specward')"
_COMMAND = pattern(rf'-c\ncd "\$CLAUDE_PROJECT_DIR" && exec {_PROGRAM} mcp')


def server_trouble(data: bytes | None) -> str:
    """Say why the gate's own tools do not reach the agent; empty: they do.

    Args:
        data: the content of `.mcp.json`; None where there is none.
    """
    if data is None:
        return "it is not there"
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError):
        return "it is not JSON, so none of its servers is started"
    servers = loaded.get("mcpServers") if isinstance(loaded, dict) else None
    entry = servers.get(SERVER) if isinstance(servers, dict) else None
    if not isinstance(entry, dict):
        return f"it has no server `{SERVER}`"
    return "" if _is_ours(entry) else f"its server `{SERVER}` is not what `specward init` writes"


def _is_ours(entry: Mapping[str, object]) -> bool:
    """Whether an entry starts the gate and nothing else: the agent believes whatever answers in its place."""
    if set(entry) - {"type", "command", "args"} or entry.get("type", "stdio") != "stdio":
        return False
    arguments = entry.get("args")
    if entry.get("command") != "sh" or not isinstance(arguments, list):
        return False
    return bool(_COMMAND.fullmatch("\n".join(map(str, arguments))))
