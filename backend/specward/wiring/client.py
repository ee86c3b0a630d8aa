"""Names that Claude Code knows, as of 2.1.330. It passes over those it does not know without a word."""

from specward.nearest import nearest

EVENTS = frozenset({
    "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "PermissionRequest",
    "PermissionDenied", "UserPromptSubmit", "UserPromptExpansion", "SessionStart", "SessionEnd", "Setup",
    "Stop", "StopFailure", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "PreModelSwitch",
    "PostModelSwitch", "Notification", "MessageDisplay", "TaskCreated", "TaskCompleted", "TeammateIdle",
    "ConfigChange", "FileChanged", "CwdChanged", "DirectoryAdded", "InstructionsLoaded", "WorktreeCreate",
    "WorktreeRemove", "Elicitation", "ElicitationResult",
})  # fmt: skip

TOOLS = frozenset({
    "Agent", "AskUserQuestion", "Bash", "BashOutput", "CronCreate", "CronDelete", "CronList", "Edit",
    "EnterPlanMode", "EnterWorktree", "ExitPlanMode", "ExitWorktree", "Glob", "Grep", "KillShell", "LSP",
    "ListAgents", "ListMcpResourcesTool", "Monitor", "NotebookEdit", "Read", "ReadMcpResourceTool",
    "ReportFindings", "ScheduleWakeup", "SendMessage", "Skill", "Task", "TaskCreate", "TaskGet", "TaskList",
    "TaskOutput", "TaskStop", "TaskUpdate", "TodoWrite", "ToolSearch", "WebFetch", "WebSearch", "Workflow",
    "Write",
})  # fmt: skip

GONE = {
    "MultiEdit": "Edit",
    "LS": "Glob",
    "NotebookRead": "Read",
}  # tools of earlier versions, and what to name

TOOL_EVENTS = frozenset({
    "PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "PermissionDenied",
})  # fmt: skip

# On these `onFailure: block` is not honoured, so the command itself must end in exit 2.
DEAF_TO_ON_FAILURE = frozenset({"Stop", "SubagentStop", "TaskCompleted", "TeammateIdle"})


def misspelt_tool(name: str) -> str | None:
    """Return what a name that is no tool most likely means; None for a tool, or a name like none of them.

    Tools of MCP servers (`mcp__server__tool`) are for the server to know.
    """
    return None if name in TOOLS or name.startswith("mcp__") else GONE.get(name) or _nearest(name, TOOLS)


def misspelt_event(name: str) -> str | None:
    """Return what a name that is no event most likely means; None for an event, or a name like none."""
    return None if name in EVENTS else _nearest(name, EVENTS)


def _nearest(name: str, known: frozenset[str]) -> str | None:
    by_lower = {item.lower(): item for item in known}
    squashed = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    found = nearest(squashed, by_lower, most=1, likeness=0.8)
    return by_lower[found[0]] if found else None
