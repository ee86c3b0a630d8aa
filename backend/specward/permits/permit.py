"""The permit of one or more tasks, compiled from what they say and never wider."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from specward.config import Config
from specward.permits.globs import is_plain, matches_any, within
from specward.permits.steering import steers
from specward.specs.model import Operation, Problem, Task, TaskKey

DEPENDENCY_FILE = "pyproject.toml"
T = TypeVar("T")


class Permit(NamedTuple):
    """What may be written. `control` is what may not, whatever a pattern says; what is excluded is in it."""

    tasks: tuple[TaskKey, ...]
    paths: tuple[str, ...]  # patterns of permits.globs, from the repository root
    tests: tuple[str, ...]
    operations: tuple[Operation, ...]
    tables: tuple[str, ...]
    dependencies: tuple[str, ...]  # distribution names that DEPENDENCY_FILE may gain
    control: tuple[str, ...]
    problems: tuple[Problem, ...]  # what the tasks name and cannot have


def compile_permit(tasks: Iterable[Task], config: Config) -> Permit:
    """Compile what tasks permit together.

    - Files: what lies in the territory. A pattern that reaches beyond it (`backend/**`) permits the part of
      the territory that it holds.
    - Tests: what lies in the tests' folders or the territory, when and only when the task names it.
    - The dependency list of pyproject.toml, when the task names dependencies.
    - A task that names no files permits none, unless `default_scope = "territory"` is set.

    What is refused is told in `problems`. Whether the tasks are approved is for the caller to ask.
    """
    tasks = tuple(tasks)
    problems: list[Problem] = []
    paths = [path for task in tasks for path in _paths(task, config, problems)]
    allowed = (*config.tests, *config.territory)
    tests = [path for task in tasks for path in _held(task, "Tests", task.tests, allowed, problems)]
    return Permit(
        tasks=tuple(task.key for task in tasks),
        paths=_unique(paths),
        tests=_unique(tests),
        operations=_unique(operation for task in tasks for operation in task.operations),
        tables=_unique(table for task in tasks for table in task.tables),
        dependencies=_unique(name for task in tasks for name in task.dependencies),
        control=(*config.control, *config.exclude),
        problems=tuple(problems),
    )


def permits_path(permit: Permit, path: str) -> bool:
    """Tell whether a permit lets a file be written; what steers tools, only where it names that very path.

    For the dependency file this says only that it may be touched at all; which lines is for SW3xx to hold.

    Args:
        permit: what was compiled.
        path: relative to the repository root, with `/`, symbolic links resolved.
    """
    if path == DEPENDENCY_FILE:
        return bool(permit.dependencies)
    if matches_any(permit.control, path):
        return False
    permitted = (*permit.paths, *permit.tests)
    return path in permitted if steers(path) else matches_any(permitted, path)


def as_json(permit: Permit) -> dict[str, list[str]]:
    """Give a permit as plain lists of texts, as the hooks read it."""
    parts = {
        name: [str(part) for part in getattr(permit, name)] for name in Permit._fields if name != "problems"
    }
    return {**parts, "problems": [f"{problem.message} {problem.hint}" for problem in permit.problems]}


def new_files(territory: tuple[str, ...]) -> str:
    """Return files that a first task could name, within the territory."""
    first = next(iter(territory), "")
    if first.endswith("/**"):
        return f"{first.removesuffix('**')}orders/**"
    return f"{first.partition('*')[0]}orders.py"


def _paths(task: Task, config: Config, problems: list[Problem]) -> Iterator[str]:
    if task.files:
        yield from _held(task, "Files", task.files, config.territory, problems)
    elif config.default_scope == "territory":
        yield from config.territory
    else:
        problems.append(
            Problem(
                task.place,
                f"{task.key.id} names no files, so it permits none.",
                f"Add a line to it such as - **Files**: `{new_files(config.territory)}`, "
                'or set default_scope = "territory" under [tool.specward].',
            )
        )


def _held(
    task: Task, entry: str, patterns: Iterable[str], allowed: tuple[str, ...], problems: list[Problem]
) -> Iterator[str]:
    """Give the part of each pattern that lies in what is allowed."""
    for pattern in patterns:
        part = _part(pattern, allowed)
        yield from part
        if not part and pattern != DEPENDENCY_FILE:
            problems.append(_outside(task, entry, pattern, allowed))


def _part(pattern: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    if not is_plain(pattern):
        return ()
    if any(within(pattern, outer) for outer in allowed):
        return (pattern,)
    return tuple(outer for outer in allowed if within(outer, pattern))


def _outside(task: Task, entry: str, pattern: str, allowed: tuple[str, ...]) -> Problem:
    return Problem(
        task.place,
        f"{task.key.id} names {pattern} under {entry}, which lies outside {', '.join(allowed)}.",
        f"Take it out of {entry} and let a person make that change; [tool.specward] sets the territory.",
    )


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
