"""Something public has no docstring, or one that does not follow the project's convention.

These are the linter's remarks with pydocstyle codes (D100 and so on), as selected by the project. From the
docstring a reader, and the next agent, learns what is promised; the code only shows what happens to be done.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, findings, linted

SUMMARY = "a public name has no docstring, or one in the wrong form"
GOOD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + WORLD,
        "backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n",
    }
)
BAD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + WORLD,
        "backend/app/orders/limits.py": f"{HEADER}\ndef limit() -> int:\n    return 50\n",
    }
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each remark of the tool."""
    yield from findings("SW703", project.fact(linted), docstrings=True)
