"""A change to code changes more of pyproject.toml than the dependencies that its task names.

pyproject.toml is a control file, because it holds the gate's own settings. A task that needs a library
names it under `Dependencies`, and may then change that entry of a dependency list, and nothing else in the
file.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator

from specward.findings import Finding, Severity
from specward.permits.permit import DEPENDENCY_FILE
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place, Task

SUMMARY = "pyproject.toml changes beyond the task's dependencies"
_PATH = "backend/app/orders/routes.py"
_BEFORE = {DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE]}
GOOD = Example(
    {_PATH: HEADER, DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE].replace("[]", '["httpx==1.0"]')}, before=_BEFORE
)
BAD = Example(
    {_PATH: HEADER, DEPENDENCY_FILE: SPECS[DEPENDENCY_FILE].replace("[]", '["left-pad"]')}, before=_BEFORE
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each dependency that no task names, and one where anything else changed."""
    if DEPENDENCY_FILE not in project.changed or not _judged(project):
        return
    try:
        before = tomllib.loads(project.text_before(DEPENDENCY_FILE) or "")
        after = tomllib.loads(project.text(DEPENDENCY_FILE))
    except tomllib.TOMLDecodeError as error:
        yield _finding(1, f"It is not valid TOML: {error}.", "Mend it.")
        return
    was, rest_before = _split(before)
    now, rest_after = _split(after)
    allowed = {_normal(name) for task in _tasks(project) for name in task.dependencies}
    for requirement in sorted(set(was) ^ set(now)):
        if _normal(requirement) not in allowed:
            line = project.line_of(DEPENDENCY_FILE, requirement)
            verb = "added" if requirement in now else "removed"
            yield _finding(line, f"{requirement} is {verb}, and no task names it under Dependencies.", _HINT)
    if rest_before != rest_after:
        yield _finding(
            1, "More than the dependency list has changed, and with it what the gate goes by.", _HINT
        )


_HINT = "Undo it, or let a person change the task or the file."


def _judged(project: Project) -> bool:
    """Whether the change is somebody's work on code: then the file is not theirs."""
    if project.bound:
        return bool(project.bound_permit.dependencies)
    return any(project.is_territory(path) for path in project.changed)


def _tasks(project: Project) -> tuple[Task, ...]:
    return project.bound or project.changed_tasks


def _split(document: dict[str, object]) -> tuple[list[str], dict[str, object]]:
    """Part a pyproject.toml into the requirements it lists, anywhere, and all the rest."""
    project = document.get("project")
    table = dict(project) if isinstance(project, dict) else {}
    lists = (
        table.pop("dependencies", []),
        table.pop("optional-dependencies", {}),
        document.get("dependency-groups"),
    )
    rest = {key: value for key, value in document.items() if key not in ("project", "dependency-groups")}
    return [text for value in lists for text in _texts(value)], {**rest, "project": table}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _normal(requirement: str) -> str:
    """Reduce a requirement to its distribution's name (PEP 503)."""
    name = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else requirement


def _finding(line: int, message: str, hint: str) -> Finding:
    return Finding("SW306", Severity.ERROR, Place(DEPENDENCY_FILE, line), message, hint)
