"""Something public does not say what it is for, or says it in another form than the project's.

These are the remarks of the linter with the codes of pydocstyle (D100 and so on), as the project has selected
them: a reader, and the next agent, learns from the docstring what is promised, not from the code what happens
to be done.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, findings, linted

SUMMARY = "a public name has no docstring, or not a proper one"
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
