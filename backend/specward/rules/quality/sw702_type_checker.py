"""The project's own type checker objects.

Where the project has settings for mypy or pyright, that judges the Python files of the territory by them, all
together, and again when any of them has changed; `[tool.specward.quality] types` names another command that
answers in JSON. A run over single files leaves it out, since types are no matter of one file.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import findings, typed

SUMMARY = "the type checker objects"
GOOD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + "[tool.mypy]\n",
        "backend/app/orders/limits.py": f"{HEADER}LIMIT: int = 50\n",
    }
)
BAD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + "[tool.mypy]\n",
        "backend/app/orders/limits.py": f"{HEADER}LIMIT: int = 'fifty'\n",
    }
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each remark of the tool."""
    yield from findings("SW702", project.fact(typed))
