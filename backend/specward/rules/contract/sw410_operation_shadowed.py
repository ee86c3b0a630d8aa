"""Two handlers serve the same operation: the first one answers, and the document describes the last.

The router tries its routes in order, so the later handler never runs. But the application's OpenAPI document
describes that one, so the contract would be checked against code that does not run.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example
from specward.specs.model import Place

SUMMARY = "two handlers serve one operation"
GOOD = Example(world())
BAD = Example(world(APP + APP[APP.index("\n\n@app.get") :].replace("list_orders", "list_all_orders")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation with more than one handler."""
    for routes in project.api.handlers.values() if project.api else ():
        places = list(dict.fromkeys(route.place or Place("pyproject.toml") for route in routes))
        if len(places) > 1:
            yield Finding(
                "SW410",
                Severity.ERROR,
                places[1],
                f"{routes[0].operation} is already answered by {places[0].path}:{places[0].line}, so this "
                "handler never runs, yet it is the one that the application's document describes.",
                "Keep one of the two.",
                (places[0],),
            )
