"""A change lies outside of what the bound task permits.

While a task is bound, every path that differs from the last commit must be covered by its permit, whichever
tool wrote it: new, changed and deleted files, both ends of a rename, and the target of a symbolic link. The
permit covers the task's Files within the territory, its Tests if it has any, and the dependency list if it
names dependencies. The gate itself writes the records under `history/prompts/`, which SW8 checks; the agent
asks with a clarification under `history/clarifications/`.
"""

from collections.abc import Iterable, Iterator

from specward.code.diff import Change
from specward.findings import Finding, Severity
from specward.permits.globs import matches_any
from specward.permits.permit import permits_path
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a change is not permitted by the bound task"
_FILES = {"backend/app/orders/routes.py": HEADER}
GOOD = Example({"backend/app/orders/routes.py": f"{HEADER}X = 1\n"}, before=_FILES, task="T-001")
BAD = Example({**_FILES, "frontend/orders.js": "// the list\n"}, before=_FILES, task="T-001")

RECORDS = ("history/prompts/**/*.prompt.md", "history/clarifications/**/*.md")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each changed path that the permit does not hold."""
    if not project.bound:
        return
    tasks = ", ".join(task.key.id for task in project.bound)
    permit = project.bound_permit
    permitted = ", ".join((*permit.paths, *permit.tests)) or "no files"
    for change in project.changes:
        for path in _reached(change, project):
            if not permits_path(permit, path):
                yield Finding(
                    "SW301",
                    Severity.ERROR,
                    Place(change.path),
                    f"{_story(change, path)}, which {tasks} does not permit.",
                    f"Undo it, or let a person commit it apart from {tasks}, which permits {permitted}.",
                    tuple(task.place for task in project.bound),
                )


def _reached(change: Change, project: Project) -> Iterator[str]:
    """Give the paths that a change touches: its own, and where a link leads."""
    if not (change.kind == "added" and matches_any(RECORDS, change.path)):
        yield change.path
    if change.is_symlink:
        yield project.target(change.path)


def _story(change: Change, path: str) -> str:
    if path != change.path:
        return f"This link leads to {path or 'a place outside of the project'}"
    return f"This path was {'changed' if change.kind == 'modified' else change.kind}"
