"""The project's own type checker reports a problem.

If the project has settings for mypy or pyright, that tool checks all Python files of the territory together,
and again when any of them changes; `[tool.specward.quality] types` names another command that reports in
JSON. A check of single files leaves it out, because types depend on more than one file.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import findings, typed

SUMMARY = "the type checker reports a problem"
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
