"""An event that the gate needs has no hook of the gate.

The gate binds a session to its task at UserPromptSubmit, refuses calls at PreToolUse, checks a written file
at PostToolUse, gives its verdict at Stop and SubagentStop, and protects the settings at ConfigChange. Without
one of them a session goes on as if nothing were missing. A project that gets its hooks from the Specward
plugin needs none in its settings.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import EVENTS, settings
from specward.specs.model import Place
from specward.wiring.facts import wiring

SUMMARY = "an event has no hook of the gate"
GOOD = Example(settings())
BAD = Example(settings(events={event: matcher for event, matcher in EVENTS.items() if event != "Stop"}))

_WITHOUT = {
    "UserPromptSubmit": "no session is bound to its task",
    "PreToolUse": "no tool call is refused",
    "PostToolUse": "no file is checked after it is written",
    "SubagentStop": "a sub-agent ends without a verdict",
    "Stop": "a session ends without a verdict",
    "ConfigChange": "the hooks can be switched off in the middle of a session",
}


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each event without a hook of the gate."""
    found = project.fact(wiring)
    if not found.settings.present or found.settings.defect or found.gate_is_a_plugin:
        return
    wired = {handler.event for handler in found.gate}
    for event, consequence in _WITHOUT.items():
        if event not in wired:
            yield Finding(
                "SW903",
                Severity.ERROR,
                Place(found.settings.path, project.line_of(found.settings.path, '"hooks"')),
                f"{event} has no hook of the gate, so {consequence}.",
                "Run `specward init`, which adds it.",
            )
