"""The migration revisions do not form a single chain from the base to one head.

Two branches that each add a revision to the same one create two heads, and `upgrade head` fails at the next
deployment. The same goes for a revision that follows a missing one, and for two with the same name. Merge
them, or put one behind the other, before they leave the repository. Folders of revisions for several
databases are a chain each, as long as none follows a revision of another.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.rules.schema.reading import chain
from specward.schema.revisions import Chain, Revision
from specward.specs.model import Place

SUMMARY = "the migration revisions are not a single chain"
VERSIONS = "backend/app/migrations/versions"
ONE = f'{HEADER}revision = "0001"\ndown_revision = None\n'
TWO = f'{HEADER}revision = "0002"\ndown_revision = "0001"\n'
THREE = f'{HEADER}revision = "0003"\ndown_revision = "0001"\n'
GOOD = Example({f"{VERSIONS}/one.py": ONE, f"{VERSIONS}/two.py": TWO})
BAD = Example({f"{VERSIONS}/one.py": ONE, f"{VERSIONS}/two.py": TWO, f"{VERSIONS}/three.py": THREE})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each break."""
    for part in project.fact(chain).parts:
        yield from _breaks(part)


def _breaks(revisions: Chain) -> Iterable[Finding]:
    first, *others = revisions.heads or (None,)
    for head in others:
        if first is not None:
            yield _finding(
                head, f"{head.name} and {first.name} are both heads", Place(first.path, first.line)
            )
    for revision, name in revisions.orphans:
        yield _finding(revision, f"{revision.name} follows {name}, which does not exist")
    for revision, twin in revisions.twins:
        yield _finding(revision, f"There are two revisions {revision.name}", Place(twin.path, twin.line))


def _finding(revision: Revision, message: str, *related: Place) -> Finding:
    hint = "Make each revision follow exactly one other that exists, under a unique name."
    place = Place(revision.path, revision.line)
    return Finding("SW502", Severity.ERROR, place, f"{message}.", hint, related)
