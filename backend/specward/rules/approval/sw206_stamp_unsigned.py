"""Code implements a task whose stamp is not signed by an allowed signer.

Anybody who can write to the repository can write a stamp with any name in it. If the setting `signers` names
an allowed signers file, a stamp counts only with the signature of the person it names. `specward approve`
makes that signature with the key they sign commits with. When a change is compared with a base revision, the
signers file of the base counts, so nobody can add themselves.
"""

from collections.abc import Iterable

from specward.approvals.status import Unsigned
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example

SUMMARY = "the stamp of a task is not signed by an allowed signer"
_SIGNERS = {
    "pyproject.toml": SPECS["pyproject.toml"] + 'signers = "specs/allowed_signers"\n',
    "specs/allowed_signers": "ada@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n",
}
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({"backend/app/orders/routes.py": HEADER, **_SIGNERS})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such task, where it is told."""
    for claim in project.claims:
        state = project.status(claim.task)
        if isinstance(state, Unsigned):
            finding = Finding(
                "SW206",
                Severity.ERROR,
                claim.places[0],
                f"{state.reason.rstrip('.')}, so it allows no code.",
                f"One of them reads it and runs `specward approve {claim.task.key}` with their own key.",
                (claim.task.place,),
            )
            yield from (finding._replace(place=place) for place in project.told_at(claim))
