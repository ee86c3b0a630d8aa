"""A permission rule allows what the gate forbids.

An unrestricted shell can write anything: with all of `Bash` allowed, or an interpreter such as `python3`, a
model can switch the hooks off in the middle of a session. A rule that allows edits of the control files (the
settings, the agents, the approvals, the gate's own state) does it directly. The modes `bypassPermissions` and
`auto` ask nobody, and tell the model to edit through the shell.
"""

from collections.abc import Iterable, Iterator

from specward.findings import Finding, Severity
from specward.patterns import pattern
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import settings
from specward.specs.model import Place
from specward.wiring.facts import wiring
from specward.wiring.settings import Settings

SUMMARY = "a permission rule defeats the gate"
GOOD = Example(settings(permissions={"allow": ["Bash(git status:*)", "Edit(/backend/app/**)"]}))
BAD = Example(settings(permissions={"allow": ["Bash(python3:*)"]}))

_SHELL = r"(?:(?:sudo|env|xargs) )?(?:ba|z|da)?sh\b.*|eval\b.*|xargs\b.*"
_INTERPRETER = r"(?:python|node|perl|ruby|php)[\d.]*(?:\s*:?\*| -[ce]\b.*)?"
_ANY_SHELL = pattern(rf"Bash(?:\((?:\s*:?\*?|{_SHELL}|{_INTERPRETER})\))?")
_EDIT = pattern(r"(?:Edit|Write|NotebookEdit)(?:\((?P<path>.*)\))?")
_CONTROL = pattern(r"(?:^|/)(?:\.claude|\.specward|\.git|\.github|approvals\.toml|specs|history)(?:/|$)")
_ASK_NOBODY = ("bypassPermissions", "auto")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each rule or mode of that kind."""
    for settings_file in project.fact(wiring).both_settings:
        for part, message in _openings(settings_file):
            yield Finding(
                "SW908",
                Severity.ERROR,
                Place(settings_file.path, project.line_of(settings_file.path, f'"{part}"')),
                message,
                "Allow only the commands that are needed, each spelt out, and no edit of control files.",
            )


def _openings(settings_file: Settings) -> Iterator[tuple[str, str]]:
    if settings_file.default_mode in _ASK_NOBODY:
        yield (
            settings_file.default_mode,
            "This mode lets every call through without asking.",
        )
    for rule in settings_file.allowed:
        edit = _EDIT.fullmatch(rule)
        if _ANY_SHELL.fullmatch(rule):
            yield rule, f"{rule} allows an unrestricted shell, which can write whatever the gate refuses."
        elif edit and _covers_control(edit["path"]):
            yield rule, f"{rule} allows edits of the files that control the gate."


def _covers_control(path: str | None) -> bool:
    """Whether a path rule takes in control files, or everything."""
    if path is None or path.strip("/.") in ("", "*", "**", "**/*"):
        return True
    return _CONTROL.search(path) is not None
