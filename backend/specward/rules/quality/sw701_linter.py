"""The project's own linter reports a problem.

If the project has settings for ruff, ruff checks each Python file of the territory with them, as it would in
an editor; `[tool.specward.quality] lint` names another command that reports in ruff's JSON. A file is checked
again when its content or the settings change, and all of them when a file is added or removed. Remarks about
docstrings are SW703.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, findings, linted

SUMMARY = "the linter reports a problem"
GOOD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + WORLD,
        "backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n",
    }
)
BAD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + WORLD,
        "backend/app/orders/limits.py": f"{HEADER}import os\nLIMIT = 50\n",
    }
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each remark of the tool."""
    yield from findings("SW701", project.fact(linted))
