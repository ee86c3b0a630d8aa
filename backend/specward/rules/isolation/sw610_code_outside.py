"""The application runs code of this repository that lies outside the territory.

Code there has no header and no task, no permit covers it and no rule reads it: a query moved there would
not be checked by anything. So code of the territory imports only packages and code that is checked as it is
itself. If other folders should be checked, a person adds them to `territory`; generated code goes into
`exclude`.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from pathlib import PurePosixPath

from specward.code.imports import Import, file_of, read_imports
from specward.findings import Finding, Severity
from specward.permits.globs import is_literal, matches_any, within
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.running import running_code
from specward.specs.model import Place

SUMMARY = "code outside the territory is run"
_PATH = "backend/app/orders/routes.py"
_SETTINGS = {"pyproject.toml": SPECS["pyproject.toml"] + 'app = "app.main:app"\napp_dir = "backend"\n'}
GOOD = Example(
    {**_SETTINGS, _PATH: f"{HEADER}from app.orders import sums\n", "backend/app/orders/sums.py": HEADER}
)
BAD = Example(
    {**_SETTINGS, _PATH: f"{HEADER}from helpers import sums\n", "backend/helpers.py": "sums = max\n"}
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such file, where it is imported first."""
    told = set[str]()
    bases = tuple(_bases(project))
    names = frozenset(name for base in bases for name in _unheld(project, base))
    climbs = cache(lambda folder: tuple(_climbs(project, folder)))
    for path in running_code(project):
        text = project.text(path)
        if not any(word in text for word in (*names, *climbs(path.rpartition("/")[0]))):
            continue  # most files, which need not be parsed
        for found, file in _outside(project, path, bases):
            if file not in told:
                told.add(file)
                yield Finding(
                    "SW610",
                    Severity.ERROR,
                    Place(path, found.line, found.column),
                    f"This runs {file}, which lies outside {', '.join(project.config.territory)}, so no "
                    "task and no rule covers it.",
                    "Move it into the territory, with its header, or let a person widen `territory`.",
                    (Place(file),),
                )


def _outside(project: Project, path: str, bases: tuple[str, ...]) -> Iterator[tuple[Import, str]]:
    """Give the imports of a file that lead out of the territory, with the file they lead to."""
    for found in read_imports(project.text(path)):
        for base in bases:
            file = file_of(project.root, path, found, base)
            if file and not matches_any(_held(project), file):
                yield found, file


def _held(project: Project) -> tuple[str, ...]:
    return (*project.config.territory, *project.config.exclude)


def _bases(project: Project) -> Iterator[str]:
    """Give the folders that modules are importable from: as it is set, else each above the territory."""
    if project.config.app:
        yield project.config.app_dir
        return
    folders = takewhile(is_literal, project.config.territory[0].split("/")[:-1])
    yield from (folder.as_posix() for folder in PurePosixPath(*folders).parents)


def _unheld(project: Project, base: str) -> Iterator[str]:
    """Give the names of what stands in such a folder and is not held as a whole."""
    try:
        entries = sorted(entry.name for entry in (project.root / base).iterdir())
    except OSError:
        return
    for name in entries:
        path = PurePosixPath(base, name).as_posix()
        inside = path if path.endswith(".py") else f"{path}/**"
        if name.removesuffix(".py").isidentifier() and not _is_held(project, inside):
            yield name.removesuffix(".py")


def _climbs(project: Project, folder: str) -> Iterator[str]:
    """Give how relative imports begin that may lead from a folder to one that is not held as a whole."""
    for level, above in enumerate(PurePosixPath(folder, "-").parents, start=1):
        if not _is_held(project, f"{above}/**"):
            yield f"from {'.' * level}"


def _is_held(project: Project, glob: str) -> bool:
    return any(within(glob, outer) for outer in _held(project))
