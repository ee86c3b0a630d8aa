"""The client's settings are missing, or are not valid JSON, so no hook runs.

Claude Code silently ignores a `.claude/settings.json` that it cannot parse: one comma too many, and the
session runs without any gate, with exit code 0. It also skips single entries of the wrong shape, and keeps
the rest. A project without coding agents can turn this family off with `ignore = ["SW9"]` in
`[tool.specward]`.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import settings
from specward.specs.model import Place
from specward.wiring.facts import wiring
from specward.wiring.settings import SETTINGS

SUMMARY = "the client's settings are missing, or it cannot read them"
GOOD = Example(settings())
BAD = Example({SETTINGS: '{\n  "hooks" {}\n}\n'})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each settings file, or entry in it, that the client does not take."""
    found = project.fact(wiring)
    if not found.settings.present:
        message = "There is no .claude/settings.json, so no hook of the gate runs."
        yield _finding(SETTINGS, message, "Run `specward init`, which writes it.")
    for settings_file in found.both_settings:
        if settings_file.defect:
            yield _finding(
                settings_file.path,
                f"Claude Code ignores this whole file, hooks and all: {settings_file.defect}.",
                "Fix the JSON; `specward init` shows what belongs there.",
            )
        for sentence in settings_file.malformed:
            hint = "Write it as the hooks reference of Claude Code shows."
            yield _finding(settings_file.path, f"{sentence} Claude Code ignores it.", hint)


def _finding(path: str, message: str, hint: str) -> Finding:
    return Finding("SW901", Severity.ERROR, Place(path), message, hint)
