"""A hook of the gate runs a command that does not exist, or that cannot run as written.

If a hook cannot start, the client lets the call through by default. If the command is written to fail closed,
a missing interpreter (an environment that is not installed yet) refuses everything, which nobody overlooks,
so that is only a warning. With `args` no shell is used: the command is one program, and only
`${CLAUDE_PROJECT_DIR}` is replaced.
"""

from collections.abc import Iterable, Iterator

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import COMMAND, settings
from specward.specs.model import Place
from specward.wiring.facts import wiring
from specward.wiring.programs import fails_closed, programs, wrong_form
from specward.wiring.settings import Handler

SUMMARY = "a hook of the gate cannot run"
GOOD = Example(settings())
BAD = Example(settings(command=COMMAND.replace("specward-hook", "specward-hok")))

_HINT = "Install the environment (`make install`), or let `specward init` write the command again."


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each command and trouble, however many events run it."""
    found = project.fact(wiring)
    reported: set[tuple[str, str]] = set()
    for handler in found.gate:
        for trouble, severity in _troubles(handler, project):
            if (handler.command, trouble) not in reported:
                reported.add((handler.command, trouble))
                yield Finding(
                    "SW906",
                    severity,
                    Place(found.settings.path, project.line_of(found.settings.path, f'"{handler.event}"')),
                    f"The gate's hook at {handler.event} cannot run: {trouble}.",
                    _HINT,
                )


def _troubles(handler: Handler, project: Project) -> Iterator[tuple[str, Severity]]:
    if handler.type != "command":
        return
    if form := wrong_form(handler):
        yield form, Severity.ERROR
    for program in programs(handler, project.root):
        if not program.exists:
            mild = program.is_interpreter and fails_closed(handler)
            yield f"{program.path} does not exist", Severity.WARNING if mild else Severity.ERROR
