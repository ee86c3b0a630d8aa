"""Code implements a task whose stamp nobody who may approve has signed.

Whoever can write to the repository can write a stamp with any name in it. Where the setting `signers` names
an allowed signers file, a stamp holds only with the signature of the person it names, which
`specward approve` makes with the key that they sign commits with. In a comparison the file counts as it was
before the change, so that nobody lets themselves in.
"""

from collections.abc import Iterable

from specward.approvals.status import Unsigned
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example

SUMMARY = "the stamp of a task is not signed by one who may approve"
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
                f"One of those reads it and runs `specward approve {claim.task.key}` with their own key.",
                (claim.task.place,),
            )
            yield from (finding._replace(place=place) for place in project.told_at(claim))
