"""Which files of the territory run with the application: not those of its tests."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from specward.code.imports import Import, file_of, read_imports
from specward.permits.globs import matches_any
from specward.project import Project

_TESTS = ("**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py")


def running_code(project: Project) -> Iterator[str]:
    """Give the Python files of the territory that are no tests."""
    tests = (*_TESTS, *project.config.tests)
    for path in project.files:
        if path.endswith(".py") and not matches_any(tests, path):
            yield path


def idle_tests(project: Project) -> frozenset[str]:
    """Return the project's tests in its territory that nothing imports which runs with the application.

    Its tests are what lies in `tests`, as a person has set it; a file's name alone makes none here. What they
    import from each other does not run by that. A module counts as imported wherever the search for modules
    may begin.
    """
    python = [path for path in project.paths_there if path.endswith(".py")]  # in a confined run, too
    idle = {path for path in python if matches_any(project.config.tests, path)} - {_entry(project)}
    waiting = [path for path in python if path not in idle]
    by_name = defaultdict[str, set[str]](set)
    for path in idle:
        by_name[_parts(path)[-1]].add(path)
    for path in waiting:  # it grows meanwhile
        reached = set(_imported(project, path, by_name)) & idle
        idle -= reached
        waiting += sorted(reached)
    return frozenset(idle)


def _imported(project: Project, path: str, by_name: dict[str, set[str]]) -> Iterator[str]:
    """Give the files that one imports, of those that are looked for by the last part of their name."""
    text = project.text(path)
    if not any(name in text for name in by_name):
        return  # most files, which need not be parsed
    for found in read_imports(text):
        parts = found.name.split(".")
        for count in range(1, len(parts) + 1):
            name = found._replace(name=".".join(parts[:count]))
            yield from (
                file for file in by_name.get(parts[count - 1], ()) if _leads(project, path, name, file)
            )


def _leads(project: Project, path: str, found: Import, file: str) -> bool:
    if found.level:
        return file_of(project.root, path, found, ".") == file
    parts = found.name.split(".")
    return list(_parts(file))[-len(parts) :] == parts


def _entry(project: Project) -> str:
    """Return the file that the application begins in."""
    module = project.config.app.partition(":")[0]
    return (
        PurePosixPath(project.config.app_dir, *module.split(".")).with_suffix(".py").as_posix()
        if module
        else ""
    )


def _parts(path: str) -> tuple[str, ...]:
    """Return the names on the way to a module; a package is called like its folder."""
    whole = PurePosixPath(path).with_suffix("")
    return (whole.parent if whole.name == "__init__" else whole).parts or ("",)
