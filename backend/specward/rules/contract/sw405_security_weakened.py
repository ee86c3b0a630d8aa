"""An operation accepts requests with less security than its contract demands.

This is the most serious difference, and compatibility tools rank it lowest, because no client breaks when a
lock is removed. The effective security is compared: that of the operation, else of the document, each
alternative with its scopes. Schemes are matched by kind, not by name.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.contract.sentences import contract_place, handler_place, pairs
from specward.rules.contract.world import APP, world
from specward.rules.examples import Example

SUMMARY = "an operation demands less security than its contract"
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
                f"the application accepts {shown}.",
                "Restore the security dependency that the contract demands.",
                (contract_place(project, contract, demanded.pointer),),
            )
