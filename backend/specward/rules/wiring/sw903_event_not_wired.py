"""An event at which the gate must be asked has no hook of the gate.

The gate binds a session to its task at UserPromptSubmit, refuses at PreToolUse, looks at a written file at
PostToolUse, gives its verdict at Stop and SubagentStop, and keeps the settings from being changed under it
at ConfigChange. Without any one of them a session goes on as if nothing were missing. A project whose hooks
come from the Specward plugin needs none in its settings.
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
    "PostToolUse": "nobody looks at a file after it is written",
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
