"""A contract is not a valid OpenAPI document, or contradicts itself.

The application is held against the contract, so the contract must be unambiguous: OpenAPI 3.0 or 3.1, in YAML
or JSON, with no dangling reference, every path parameter described, no duplicate key, and no path written in
two ways. As long as one contract of the project is invalid, no operation is judged. Other files in
`contracts/`, without `openapi`, `swagger` or `paths`, are ignored.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.world import CONTRACT, world
from specward.rules.examples import Example

SUMMARY = "a contract is not a valid OpenAPI document"
GOOD = Example(world(None))
BAD = Example(world(None, contract=CONTRACT.replace("{bearer: []}", "{token: []}")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each thing that is wrong with a contract."""
    for place, message, hint in project.contracts.problems:
        yield Finding("SW401", Severity.ERROR, place, message, hint)
