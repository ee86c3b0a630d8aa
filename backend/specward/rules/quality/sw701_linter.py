"""The project's own linter objects.

Where the project has settings for ruff, ruff judges each Python file of the territory by them, as it would in
an editor; `[tool.specward.quality] lint` names another command that answers in ruff's JSON. Files are judged
again when their content or the settings have changed, and all of them when one has come or gone. What it says
of docstrings is SW703.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, findings, linted

SUMMARY = "the linter objects"
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
