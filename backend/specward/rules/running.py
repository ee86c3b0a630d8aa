"""Which files of the territory run with the application: not those of its tests."""

from collections.abc import Iterator

from specward.permits.globs import matches_any
from specward.project import Project

_TESTS = ("**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py")


def running_code(project: Project) -> Iterator[str]:
    """Give the Python files of the territory that are no tests."""
    tests = (*_TESTS, *project.config.tests)
    for path in project.files:
        if path.endswith(".py") and not matches_any(tests, path):
            yield path
