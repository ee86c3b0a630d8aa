"""The project has settings for a linter or a type checker, but it cannot be asked.

It is not installed here, does not end, or does not answer in JSON. Nobody judges the quality of the code
then, and this warning says so. A tool that is not wanted is switched off: `lint = []` or `types = []` under
`[tool.specward.quality]`.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, linted, typed
from specward.specs.model import Place

SUMMARY = "a tool that the project uses cannot be asked"
GOOD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + WORLD,
        "backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n",
    }
)
BAD = Example(
    {
        "pyproject.toml": SPECS["pyproject.toml"] + '[tool.specward.quality]\ntypes = ["no-such-checker"]\n',
        "backend/app/orders/limits.py": f"{HEADER}LIMIT = 50\n",
    }
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each tool that has not answered."""
    for key, report in (("lint", project.fact(linted)), ("types", project.fact(typed))):
        if report.trouble:
            yield Finding(
                "SW704",
                Severity.WARNING,
                Place("pyproject.toml"),
                f"The quality of the code was not judged: {report.trouble}.",
                f"Have {report.tool} run in this environment, or switch it off: "
                f"`{key} = []` under [tool.specward.quality].",
            )
