"""The application runs another dependency than the one that its code names.

`dependency_overrides` is FastAPI's way to put something else in a dependency's place, for tests. An
application that uses it serves what neither its document nor its code says: the document still names the
lock, the handlers still ask for the signed-in user, and what answers is a function that nobody sees there.
The application is asked after its start, and its code is read for what comes later; code of tests may do it.
"""

from collections.abc import Iterable, Iterator

from specward.contract.served import Served
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example
from specward.rules.running import running_code
from specward.specs.model import Place

SUMMARY = "a dependency is replaced by another one"
_NAMED = APP.replace("HTTPBearer()", "lock").replace(
    "app = FastAPI()", "app = FastAPI()\nlock = HTTPBearer()"
)
GOOD = Example(world(_NAMED))
BAD = Example(world(_NAMED + "\n\napp.dependency_overrides[lock] = lambda: None\n"))

_NAME = "dependency_overrides"
_HINT = "Name the dependency that is meant where it is used; overrides are for tests."


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each file that replaces dependencies, or for what was replaced out of sight."""
    if not isinstance(project.served, Served):
        return
    told = tuple(_in_code(project))
    for place in told:
        message = "Here a dependency is replaced, so the application runs what its code does not name."
        yield Finding("SW413", Severity.ERROR, place, message, _HINT)
    for name, where in project.served.replaced if not told else ():
        message = f"This runs in the place of the dependency {name}."
        yield Finding("SW413", Severity.ERROR, where or Place("pyproject.toml"), message, _HINT)


def _in_code(project: Project) -> Iterator[Place]:
    """Give the first place of each file where its code names the overrides."""
    for path in running_code(project):
        if _NAME in project.text(path):
            places = sorted(_named(project.text(path)))
            yield from (Place(path, line, column) for line, column in places[:1])


def _named(text: str) -> Iterator[tuple[int, int]]:
    import ast  # noqa: PLC0415 -- what hardly a project needs

    from specward.code.dataflow.sources.tree import module_of  # noqa: PLC0415

    module = module_of(text)
    for node in ast.walk(module) if module else ():
        if isinstance(node, ast.Attribute) and node.attr == _NAME:
            yield node.lineno, node.col_offset + 1
