"""A contract is no OpenAPI document, or contradicts itself.

The contract is what the application is held against, so it must say one thing: OpenAPI 3.0 or 3.1, in YAML or
JSON, with every reference leading somewhere, every path parameter described, no key written twice and no path
written in two ways. While one contract of the project cannot be relied on, no operation is judged. A file
beside them in `contracts/` without `openapi`, `swagger` or `paths` is of another kind, and not read.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.world import CONTRACT, world
from specward.rules.examples import Example

SUMMARY = "a contract is no valid OpenAPI document"
GOOD = Example(world(None))
BAD = Example(world(None, contract=CONTRACT.replace("{bearer: []}", "{token: []}")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each thing that is wrong with a contract."""
    for place, message, hint in project.contracts.problems:
        yield Finding("SW401", Severity.ERROR, place, message, hint)
