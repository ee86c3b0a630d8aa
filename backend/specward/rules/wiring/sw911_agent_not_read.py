"""The backend engineer's file is missing, or the client ignores it.

Claude Code skips an agent file without `name` or `description`, with a colon in its name, or with a head that
is not valid YAML (an unclosed quote, a tab), and says so only in its debug log. The general agent then does
the work, with all tools and none of the rules. The agent's name is the one in the file, not the file's name;
if two files have the same name, it is undefined which one is used.
"""

from collections import Counter
from collections.abc import Iterable

from specward.code.files import list_ignored
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.facts import AGENT, AGENT_PATH, wiring

SUMMARY = "an agent file is missing, or the client does not read it"
GOOD = Example({PATH: ENGINEER})
BAD = Example({PATH: ENGINEER.replace("description: Implements", 'description: "Implements')})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each agent file that is not taken, and one where the engineer has none."""
    found = project.fact(wiring)
    for agent in found.agents:
        if agent.unread:
            message = f"Claude Code silently ignores this agent: {agent.unread}."
            yield _finding(
                agent.path, message, "Give it a head with `name` and `description`, in valid YAML."
            )
    names = Counter(agent.name for agent in found.agents if agent.is_project and not agent.unread)
    for agent in found.agents:
        if agent.is_project and names[agent.name] > 1:
            message = (
                f"{names[agent.name]} agent files have the name {agent.name}; which one runs is undefined."
            )
            yield _finding(agent.path, message, "Keep one of them.")
    known = any(agent.path == AGENT_PATH or agent.name == AGENT for agent in found.agents)
    if not known and not found.gate_is_a_plugin:  # the plugin brings its own
        yield _missing(project)


def _missing(project: Project) -> Finding:
    """The engineer is not there, or on this machine alone."""
    if list_ignored(project.root, (AGENT_PATH,)):
        message = f"git ignores the file of the agent {AGENT}, so nobody else has the agent."
        return _finding(
            AGENT_PATH, message, f"Change the pattern that `git check-ignore -v {AGENT_PATH}` names."
        )
    return _finding(AGENT_PATH, f"There is no agent {AGENT}.", "Run `specward init`, which writes it.")


def _finding(path: str, message: str, hint: str) -> Finding:
    return Finding("SW911", Severity.ERROR, Place(path), message, hint)
