"""A change to code changes more of pyproject.toml than the dependencies its task names.

pyproject.toml is a control file, because it has the gate's own settings. A task that needs a library names it
under `Dependencies`; it may then change that entry of a dependency list, and nothing else in the file.
"""

from collections.abc import Iterable

from specward.code.requirements import foreign, split
from specward.findings import Finding, Severity
from specward.permits.permit import DEPENDENCY_FILE
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place, Task
from specward.toml import read_toml

SUMMARY = "pyproject.toml changes beyond the task's dependencies"
_PATH = "backend/app/orders/routes.py"
_BEFORE = {DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE]}
GOOD = Example(
    {_PATH: HEADER, DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE].replace("[]", '["httpx==1.0"]')}, before=_BEFORE
)
BAD = Example(
    {_PATH: HEADER, DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE].replace("[]", '["left-pad"]')}, before=_BEFORE
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each dependency that no task names, and one where anything else changed."""
    if DEPENDENCY_FILE not in project.changed or not _judged(project):
        return
    try:
        before = read_toml(project.text_before(DEPENDENCY_FILE) or "")
        after = read_toml(project.text(DEPENDENCY_FILE))
    except ValueError as error:
        yield _finding(1, f"It is not valid TOML: {error}.", "Mend it.")
        return
    was, rest_before = split(before)
    now, rest_after = split(after)
    allowed = tuple(name for task in _tasks(project) for name in task.dependencies)
    for requirement in foreign(was, now, allowed):
        line = project.line_of(DEPENDENCY_FILE, requirement)
        verb = "added" if requirement in now else "removed"
        yield _finding(line, f"{requirement} is {verb}, and no task names it under Dependencies.", _HINT)
    if rest_before != rest_after:
        yield _finding(
            1, "More than the dependency list has changed, and this file controls the gate.", _HINT
        )


_HINT = "Undo it, or let a person change the task or the file."


def _judged(project: Project) -> bool:
    """Whether the change is somebody's work on code: then the file is not theirs."""
    if project.bound:
        return bool(project.bound_permit.dependencies)
    return any(project.is_territory(path) for path in project.changed)


def _tasks(project: Project) -> tuple[Task, ...]:
    return project.bound or project.changed_tasks


def _finding(line: int, message: str, hint: str) -> Finding:
    return Finding("SW306", Severity.ERROR, Place(DEPENDENCY_FILE, line), message, hint)
