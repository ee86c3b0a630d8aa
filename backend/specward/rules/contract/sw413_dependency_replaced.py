"""The application runs a different dependency from the one its code names.

`dependency_overrides` lets tests replace a dependency in FastAPI. In an application, it makes both the
document and the code untrue: the document still names the security scheme, the handlers still ask for the
signed-in user, and another function answers. The application is checked after its start, and its code is
searched for overrides that are set later; test code may use them.
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
_HINT = "Name the intended dependency where it is used; overrides are for tests."


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each file that replaces dependencies, or for what was replaced out of sight."""
    if not isinstance(project.served, Served):
        return
    told = tuple(_in_code(project))
    for place in told:
        message = (
            "A dependency is overridden here, so the application runs something that its code does not name."
        )
        yield Finding("SW413", Severity.ERROR, place, message, _HINT)
    for name, where in project.served.replaced if not told else ():
        message = f"This runs in place of the dependency {name}."
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
