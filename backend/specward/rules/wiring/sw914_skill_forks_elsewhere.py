"""A skill hands its work to an agent that does not exist.

A skill with `context: fork` runs in the agent that it names. If there is none of that name, Claude Code
silently uses the general agent, with all tools. This usually happens in a plugin: its agents are called
`plugin:name`, so `agent: backend-engineer` in a plugin's skill refers to nothing.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.facts import wiring

SUMMARY = "a skill uses an agent that does not exist"
_SKILL = (
    "---\nname: implement\ndescription: Does a task\ncontext: fork\nagent: backend-engineer\n---\nDo it.\n"
)
_SKILL_PATH = ".claude/skills/implement/SKILL.md"
GOOD = Example({PATH: ENGINEER, _SKILL_PATH: _SKILL})
BAD = Example(
    {PATH: ENGINEER, _SKILL_PATH: _SKILL.replace("agent: backend-engineer", "agent: backend_engineer")}
)

_OWN = frozenset(
    {"general-purpose", "claude", "Explore", "Plan", "statusline-setup"}
)  # the client's, 2.1.330


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each skill whose agent is not there."""
    found = project.fact(wiring)
    agents = [agent for agent in found.agents if not agent.unread]
    names = {f"{agent.plugin}:{agent.name}" if agent.plugin else agent.name for agent in agents}
    for fork in found.forks:
        if fork.agent in names | _OWN:
            continue
        qualified = f"{fork.plugin}:{fork.agent}"
        named = f"There is no agent {fork.agent}" if fork.agent else "No agent is named"
        yield Finding(
            "SW914",
            Severity.ERROR,
            Place(fork.path, fork.line),
            f"{named}, so the skill runs in the general agent, with every tool.",
            f"Write `agent: {qualified}`." if qualified in names else "Name an agent that exists.",
        )
