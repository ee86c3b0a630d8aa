"""A hook is registered for an event or a tool that does not exist.

Claude Code has a fixed set of events, and compares a matcher of plain names with tool names exactly.
`preToolUse`, `Stopped` or `MultiEdit` (a tool that was removed) cause no error: the hook is simply never
called. Tools of MCP servers are not checked, because only the server knows them.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import EVENTS, settings
from specward.specs.model import Place
from specward.wiring.client import EVENTS as KNOWN
from specward.wiring.client import TOOL_EVENTS, misspelt_event, misspelt_tool
from specward.wiring.facts import wiring
from specward.wiring.matchers import names

SUMMARY = "a hook names an event or a tool that does not exist"
GOOD = Example(settings(events={**EVENTS, "PostToolUse": "Write|Edit|mcp__files__write"}))
BAD = Example(settings(events={**EVENTS, "PostToolUse": "Write|MultiEdit"}))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each name that the client does not know."""
    for settings_file in project.fact(wiring).both_settings:
        path = settings_file.path
        for event in dict.fromkeys(handler.event for handler in settings_file.handlers):
            if event not in KNOWN:
                yield _finding(project, path, event, "event", misspelt_event(event))
        tools = (
            name
            for handler in settings_file.handlers
            if handler.event in TOOL_EVENTS
            for name in names(handler.matcher)
        )
        for tool in dict.fromkeys(tools):
            if meant := misspelt_tool(tool):
                yield _finding(project, path, tool, "tool", meant)


def _finding(project: Project, path: str, name: str, kind: str, meant: str | None) -> Finding:
    return Finding(
        "SW904",
        Severity.ERROR,
        Place(path, project.line_of(path, name)),
        f"Claude Code has no {kind} {name}, so this hook is never called for it.",
        f"Write {meant}." if meant else f"Remove it, or name an {kind} that exists.",
    )
