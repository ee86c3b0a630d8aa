"""An operation of the contract is served under another path or method.

A trailing slash, a renamed path segment, PUT instead of PATCH: for clients the operation is gone, and for the
contract an unknown one has appeared. Both are reported as one finding, together with any other differences.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import handler_place, pairs, related, told
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation is served under another path or method"
GOOD = Example(world())
BAD = Example(world(APP.replace('"/v1/orders"', '"/v1/orders/"')))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation that was moved."""
    for pair in pairs(project):
        if pair.mismatch.moved:
            also = told(project, pair, pair.mismatch.differences)
            yield Finding(
                "SW406",
                Severity.ERROR,
                handler_place(project, pair.served),
                f"The contract has {pair.contract.operation}; the application serves it as "
                f"{pair.served.operation}{f', and differs: {also}' if also else ''}.",
                f"Serve it as {pair.contract.operation}.",
                related(project, pair),
            )
