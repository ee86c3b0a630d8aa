"""An operation may be served that the check has not seen.

The gate reads the application's routes once it has started. Routes that a lifespan, a handler or a middleware
adds later, or that another environment switches on, are served without having been compared with the
contract. So every place that adds routes must run while the application starts for the check. If the
application needs such a place, suppress the finding there, with the reason; for differences between
environments, use `[tool.specward.contract.env]`, or decide in the handler.
"""

import re
from collections.abc import Iterable, Iterator

from specward.contract import additions
from specward.contract.additions import Addition
from specward.contract.served import Served
from specward.findings import Finding, Severity
from specward.patterns import pattern
from specward.project import Project
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example
from specward.rules.running import running_code
from specward.specs.model import Place

SUMMARY = "an operation may be added after the check"
_LATE = '\n\nasync def more() -> None:\n    """Add."""\n    app.add_api_route("/v1/more", more)\n'
GOOD = Example(world())
BAD = Example(world(APP + _LATE))

_INNER_IMPORT = pattern(r"^[ \t]+(?:from|import)\b(.*)$", re.MULTILINE)
_NAME = pattern(r"\w+")


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each place that adds operations and was not passed at the start."""
    served = project.served
    if not isinstance(served, Served):
        return
    cache = project.cache("additions", additions.__file__)
    for path in _reached(project, served):
        passed = {line for file, line in served.passed if file == path}
        lines = set[int]()
        for addition in additions.known_additions(project.text(path), cache):
            if _is_unseen(addition, passed) and addition.line not in lines:
                lines.add(addition.line)
                yield Finding(
                    "SW414",
                    Severity.ERROR,
                    Place(path, addition.line, addition.column),
                    "This adds something to the application after its contract was checked.",
                    "Add it while the application is created, in every environment.",
                )
    if cache:
        cache.save()


def _is_unseen(addition: Addition, passed: set[int]) -> bool:
    return addition.is_late or passed.isdisjoint(range(addition.line, addition.end + 1))


def _reached(project: Project, served: Served) -> Iterator[str]:
    """Give the files that the application has imported, and those that it may import later."""
    code = tuple(running_code(project))
    later = {word for path in code if path in served.loaded for word in _imported_later(project.text(path))}
    for path in code:
        name = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        if path in served.loaded or name in later:
            yield path


def _imported_later(text: str) -> Iterator[str]:
    """Give the words of imports that stand in a function or a branch."""
    for names in _INNER_IMPORT.findall(text):
        yield from _NAME.findall(names)
