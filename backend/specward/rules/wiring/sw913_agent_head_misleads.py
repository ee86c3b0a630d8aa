"""An agent's head has entries that the client ignores, or that allow too much.

Hooks in an agent's head run only if the folder is trusted, which it never is in a headless session; so
enforcement belongs in `.claude/settings.json`. A `permissionMode` of bypassPermissions, auto or dontAsk does
apply to a sub-agent. In a plugin's agent, `hooks`, `mcpServers` and `permissionMode` are ignored.
"""

from collections.abc import Iterable, Iterator

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER, settings
from specward.specs.model import Place
from specward.wiring.agents import AgentFile
from specward.wiring.facts import AGENT, wiring

SUMMARY = "an agent's head has entries that the client ignores"
GOOD = Example({**settings(), PATH: ENGINEER})
BAD = Example({**settings(), PATH: ENGINEER.replace("tools:", "permissionMode: bypassPermissions\ntools:")})

_ASK_NOBODY = ("bypassPermissions", "auto", "dontAsk")
_NOT_IN_PLUGINS = ("hooks", "mcpServers", "permissionMode")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each key of that kind."""
    found = project.fact(wiring)
    wired = bool(found.gate) or found.gate_is_a_plugin
    for agent in found.agents:
        for key, message in _traps(agent, wired=wired):
            yield Finding(
                "SW913",
                Severity.ERROR,
                Place(agent.path, agent.head.line(key)),
                message,
                f"Remove `{key}` here; it belongs in the settings.",
            )


def _traps(agent: AgentFile, *, wired: bool) -> Iterator[tuple[str, str]]:
    values = agent.head.values
    if agent.plugin:
        for key in _NOT_IN_PLUGINS:
            if key in values:
                yield key, f"Claude Code ignores `{key}` in the agent of a plugin."
        return
    mode = agent.head.text("permissionMode")
    if mode in _ASK_NOBODY and agent.name == AGENT:
        yield (
            "permissionMode",
            f"As a sub-agent the engineer would run in the mode {mode}, without asking anybody.",
        )
    if "hooks" in values and agent.name == AGENT and not wired:
        yield "hooks", "The only hooks are in the agent's head, where a headless session does not run them."
