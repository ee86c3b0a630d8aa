"""A hook of the gate lets a call through when the hook itself fails.

Claude Code takes only exit code 2 as a refusal. A hook that crashes, is not found or takes too long lets the
call through, unless the handler has `"onFailure": "block"` (from client 2.1.295 on; ignored at Stop and
SubagentStop, and for asynchronous hooks). A shell command that ends in `|| exit 2` refuses with every
version.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import settings
from specward.specs.model import Place
from specward.wiring.client import DEAF_TO_ON_FAILURE
from specward.wiring.facts import wiring
from specward.wiring.programs import fails_closed
from specward.wiring.settings import SETTINGS

SUMMARY = "a hook of the gate lets calls through when it fails"
GOOD = Example(settings())
_OPEN = '{"type": "command", "command": ".venv/bin/specward-hook"}'
BAD = Example({SETTINGS: f'{{"hooks": {{"PreToolUse": [{{"hooks": [\n  {_OPEN}\n]}}]}}}}\n'})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each event with such a hook."""
    found = project.fact(wiring)
    for event in dict.fromkeys(handler.event for handler in found.gate):
        handlers = [handler for handler in found.gate if handler.event == event]
        if all(fails_closed(handler) for handler in handlers):
            continue
        late = any(handler.asynchronous for handler in handlers)
        also = "" if event in DEAF_TO_ON_FAILURE else ', and add `"onFailure": "block"`'
        yield Finding(
            "SW907",
            Severity.ERROR,
            Place(found.settings.path, project.line_of(found.settings.path, f'"{event}"')),
            f"The gate's hook at {event} runs in the background and cannot refuse anything."
            if late
            else f"If the gate's hook at {event} fails, the call goes through.",
            "Take `async` out." if late else f"End the command in `|| exit 2`{also}.",
        )
