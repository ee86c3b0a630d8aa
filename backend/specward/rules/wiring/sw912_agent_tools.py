"""The backend engineer has tools that it should not have, or that do not exist.

Without a `tools` entry an agent has every tool, including a shell; if Bash is listed, Grep and Glob are
dropped, and every write can bypass the gate. Misspelt and removed tools (MultiEdit) are silently ignored. The
engineer works with Read, Grep, Glob, Write and Edit, and with the gate's own tools.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.agents import AgentFile
from specward.wiring.client import misspelt_tool
from specward.wiring.facts import AGENT, wiring

SUMMARY = "an agent has tools that it should not have, or that do not exist"
GOOD = Example({PATH: ENGINEER})
BAD = Example({PATH: ENGINEER.replace("Write, Edit", "Write, MultiEdit, Bash")})

_SHELLS = ("Bash", "Monitor", "KillShell", "BashOutput")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such tool."""
    for agent in project.fact(wiring).agents:
        if agent.unread:
            continue
        for tool in dict.fromkeys(agent.tools):
            if meant := misspelt_tool(tool):
                yield _finding(
                    agent, f"Claude Code has no tool {tool}, so the agent does not get it.", f"Write {meant}."
                )
        if agent.name == AGENT:
            yield from _of_the_engineer(agent)


def _of_the_engineer(agent: AgentFile) -> Iterable[Finding]:
    hint = "Write `tools: Read, Grep, Glob, Write, Edit`."
    if not agent.tools or "*" in agent.tools:
        yield _finding(
            agent, "The engineer's file lists no tools, so it has every tool, including a shell.", hint
        )
    for tool in agent.tools:
        if tool in _SHELLS:
            yield _finding(agent, f"With {tool} the engineer can bypass the gate.", hint)


def _finding(agent: AgentFile, message: str, hint: str) -> Finding:
    return Finding("SW912", Severity.ERROR, Place(agent.path, agent.head.line("tools")), message, hint)
