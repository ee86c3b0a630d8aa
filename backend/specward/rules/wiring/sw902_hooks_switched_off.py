"""A setting switches every hook off.

`disableAllHooks` does so, both in the shared settings and in a person's `.claude/settings.local.json`. The
environment variable `CLAUDE_CODE_SIMPLE`, which settings can set, starts the client in a mode without hooks.
Sessions then look as usual, but nothing is refused; only the check in CI remains.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import local, settings
from specward.specs.model import Place
from specward.wiring.facts import wiring

SUMMARY = "a setting switches all hooks off"
GOOD = Example({**settings(), **local(disableAllHooks=False)})
BAD = Example({**settings(), **local(disableAllHooks=True)})

_SIMPLE = "CLAUDE_CODE_SIMPLE"


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such setting."""
    for settings_file in project.fact(wiring).both_settings:
        switches = ["disableAllHooks"] if settings_file.all_hooks_off else []
        if settings_file.environment.get(_SIMPLE, "") not in ("", "0", "false"):
            switches.append(_SIMPLE)
        for switch in switches:
            yield Finding(
                "SW902",
                Severity.ERROR,
                Place(settings_file.path, project.line_of(settings_file.path, f'"{switch}"')),
                f"{switch} switches every hook off, and the gate with them.",
                f"Remove {switch}.",
            )
