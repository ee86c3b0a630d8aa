"""The gate's matcher leaves out a tool that can write.

Before a call the gate must see every tool that can change a file or delegate work: Write, Edit, NotebookEdit,
Bash and Agent. After a call it must see the tools that write. At the end of a sub-agent it must see the
backend engineer. A matcher of letters and `|` is a list of exact names; with any other character it is an
unanchored regular expression, so `Write|Edit` misses NotebookEdit, while `Edit.*` matches it.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import EVENTS, settings
from specward.specs.model import Place
from specward.wiring.facts import AGENT, wiring
from specward.wiring.matchers import matches

SUMMARY = "a matcher keeps the gate from seeing a tool"
GOOD = Example(settings(events={**EVENTS, "PostToolUse": "Write|Edit.*"}))
BAD = Example(settings(events={**EVENTS, "PreToolUse": "Write|Edit"}))

_WRITING = ("Write", "Edit", "NotebookEdit")
_MUST_SEE = {
    "PreToolUse": (*_WRITING, "Bash", "Agent"),
    "PostToolUse": _WRITING,
    "SubagentStop": (AGENT,),
    "ConfigChange": ("project_settings", "local_settings"),
}


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each event at which the gate does not see all it must."""
    found = project.fact(wiring)
    for event, subjects in _MUST_SEE.items():
        # A condition (`if`) is best effort and lets everything else pass, so it counts as not seeing.
        matchers = [
            handler.matcher for handler in found.gate if handler.event == event and not handler.condition
        ]
        unseen = [name for name in subjects if not any(matches(matcher, name) for matcher in matchers)]
        if unseen and any(handler.event == event for handler in found.gate):
            yield Finding(
                "SW905",
                Severity.ERROR,
                Place(found.settings.path, project.line_of(found.settings.path, f'"{event}"')),
                f"At {event} the gate does not see {', '.join(unseen)}.",
                'Set the matcher to "*", or name them too; and use no `if`.',
            )
