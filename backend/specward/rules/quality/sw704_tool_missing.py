"""The project has settings for a linter or a type checker that cannot be run.

It is not installed here, does not finish, or does not report in JSON. The quality of the code is then not
checked, and this warning says so. To do without a tool, set `lint = []` or `types = []` under
`[tool.specward.quality]`.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, linted, typed
from specward.specs.model import Place

SUMMARY = "a tool that the project uses cannot be run"
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
                f"The quality of the code was not checked: {report.trouble}.",
                f"Make {report.tool} run in this environment, or switch it off: "
                f"`{key} = []` under [tool.specward.quality].",
            )
