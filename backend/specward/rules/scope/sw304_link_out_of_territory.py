"""A symbolic link in the territory points out of it.

Writing to the link writes to its target, so a permit for the link would also be one for the target.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, Example, Link
from specward.specs.model import Place

SUMMARY = "a link points out of the territory"
_PATH = "backend/app/orders/routes.py"
GOOD = Example({_PATH: HEADER, "backend/app/orders/api.py": Link("routes.py")})
BAD = Example({_PATH: HEADER, "backend/app/orders/web": Link("../../../frontend")})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each link that leads out of the territory, or nowhere."""
    for path in filter(project.covers, project.paths_there):
        if path not in project.files and (project.root / path).is_symlink():
            target = project.target(path)
            if not project.is_territory(target) or not (project.root / target).exists():
                where = target or "a place outside of the project"
                yield Finding(
                    "SW304",
                    Severity.ERROR,
                    Place(path),
                    f"This link points to {where}, where no task permits anything.",
                    "Remove the link, and keep what the code needs in the territory.",
                )
