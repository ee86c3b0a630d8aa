"""A change to code also changes a file that controls how code is judged.

The agent's definition, the hooks, the specifications, their approvals, CI and the settings decide what passes
the gate; so do the settings of linters, type checkers and tests, wherever they are. A person changes them, in
a separate change, so that nobody can widen their own permit; a tool's settings may also be changed by a task
whose Files name that exact path. These may change together with code: a task's state (`Status`, `[x]`),
records under `history/prompts/`, clarifications, a baseline that shrinks, the dependency list as far as SW306
permits, and the project file of an application in a folder of its own. A baseline that came with the code
would suppress that code's findings, so a project adopts its first one in a separate change.
"""

from collections.abc import Iterable

from specward.baseline import PATH as BASELINE
from specward.code.diff import Change
from specward.findings import Finding, Severity
from specward.patterns import pattern
from specward.permits.globs import matches_any
from specward.permits.permit import DEPENDENCY_FILE, permits_path
from specward.permits.steering import is_settings
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.elsewhere import FOLDERS
from specward.specs.model import Place

SUMMARY = "code and a control file change together"
_PATH = "backend/app/orders/routes.py"
_TASKS = "specs/tasks.md"
_DONE = SPECS[_TASKS].replace("open", "done")
_WIDER = SPECS[_TASKS].replace("orders/**`", "**`")
GOOD = Example({_PATH: HEADER, _TASKS: _DONE}, before={_TASKS: SPECS[_TASKS]})
BAD = Example({_PATH: HEADER, _TASKS: _WIDER}, before={_TASKS: SPECS[_TASKS]})

_ALONG = ("history/prompts/**", "history/clarifications/**", DEPENDENCY_FILE)
_SPECIFICATIONS = tuple(f"{folder}/" for folder in ("specs", *FOLDERS))
_STATE = pattern(r"(?<=\[)[ xX](?=\])|(?<=Status\*\*:)[^|\n]*|(?<=Status:\*\*)[^|\n]*")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each control file that changes together with the territory."""
    paths = (change.path for change in project.changes)
    code = [path for path in paths if project.is_territory(path) and not is_settings(path)]
    if project.bound or not code:
        return
    for change in project.changes:
        if _is_control(change.path, project) and not _goes_along(change, project):
            yield Finding(
                "SW303",
                Severity.ERROR,
                Place(change.path),
                f"This control file changes together with code ({code[0]}), so the change judges itself.",
                "Move it to a separate change, and let a person review that first.",
                (Place(code[0]),),
            )


def _is_control(path: str, project: Project) -> bool:
    if matches_any(project.config.control, path):
        return True
    if not is_settings(path) or _is_of_application(path, project):
        return False
    return not any(permits_path(project.permit(task), path) for task in project.changed_tasks)


def _is_of_application(path: str, project: Project) -> bool:
    """Whether it is an application's project file in a folder of its own: it names what the code needs."""
    within = (*project.config.territory, *project.config.tests)
    return path.endswith(f"/{DEPENDENCY_FILE}") and not matches_any(within, path)


def _goes_along(change: Change, project: Project) -> bool:
    if matches_any(_ALONG, change.path):
        return True
    if change.path == BASELINE:
        return change.kind != "added"  # SW005 holds one that was there
    before = project.text_before(change.path)
    return (
        before is not None
        and change.path.startswith(_SPECIFICATIONS)
        and _same_but_state(before, project.text(change.path))
    )


def _same_but_state(before: str, after: str) -> bool:
    return _STATE.sub("", before) == _STATE.sub("", after)
