"""An operation can be called with less than its contract demands.

The gravest of all differences, and the one that tools for compatibility rank lowest, because no client breaks
when a lock is taken off. What counts is the effective security: of the operation, else of the document; each
alternative with its scopes. Schemes are known by their kind and never by their name.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import contract_place, handler_place, pairs
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation demands less than its contract"
GOOD = Example(world())
BAD = Example(world(APP.replace(", dependencies=[Depends(HTTPBearer())]", "")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each operation whose security was removed or weakened."""
    for contract, served, mismatch in pairs(project):
        if mismatch.weaker:
            demanded, shown = contract.security, served.security
            yield Finding(
                "SW405",
                Severity.ERROR,
                handler_place(project, served),
                f"Security is weakened: the contract of {served.operation} demands {demanded}, "
                f"the application is content with {shown}.",
                "Put the security dependency back, as the contract names it.",
                (contract_place(project, contract, demanded.pointer),),
            )
