"""An operation does not do what its contract says.

Contract and application are compared by meaning: parameters, bodies, status codes, headers, media types, and
every constraint of every schema. Prose, names, key order, the use of `$ref`, and OpenAPI 3.0 versus 3.1 make
no difference. There is one finding per operation, which lists everything that differs, with both places. An
operation of an unfinished task may be absent, but if it is there it must be right.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import handler_place, pairs, related, told
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation differs from its contract"
GOOD = Example(world())
BAD = Example(world(APP.replace("le=100", "le=1000")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation that differs."""
    for pair in pairs(project):
        mismatch = pair.mismatch
        differences = [d for d in mismatch.differences if not (mismatch.weaker and d.where == "security")]
        if differences and not mismatch.moved:
            yield Finding(
                "SW404",
                Severity.ERROR,
                handler_place(project, pair.served),
                f"{pair.served.operation} differs from its contract: {told(project, pair, differences)}.",
                "Make the code do what the contract says. A change of the contract needs a task of its own.",
                related(project, pair),
            )
