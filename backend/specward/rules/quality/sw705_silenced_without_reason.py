"""A comment silences the linter or the type checker without saying what, or why.

`# noqa` and `# type: ignore` without a code silence everything, now and in future; so do `# ruff: noqa` and
`# mypy: ignore-errors`, for a whole file. With a code they are a decision that the next reader must be able
to judge: write the reason behind it, or in a comment right above. Only the tools that the project uses count.
"""

from collections.abc import Iterable

from specward.code.silencers import Silencer
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.rules.quality.reading import WORLD, tools
from specward.specs.model import Place

SUMMARY = "a comment silences a tool and does not say what, or why"
_PATH = "backend/app/orders/limits.py"
_WORLD = {"pyproject.toml": SPECS["pyproject.toml"] + WORLD}
GOOD = Example({**_WORLD, _PATH: f"{HEADER}import os  # noqa: F401 -- others take it from here\n"})
BAD = Example({**_WORLD, _PATH: f"{HEADER}import os  # noqa\n"})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each such comment."""
    used = project.fact(tools)._asdict()
    for source in project.files.values():
        for silencer in source.silencers:
            if used[silencer.tool]:
                place = Place(source.path, silencer.line, silencer.column)
                yield Finding("SW705", Severity.ERROR, place, *_words(silencer))


def _words(silencer: Silencer) -> tuple[str, str]:
    if silencer.blanket:
        return (
            f"`{silencer.text}` silences everything, including future mistakes.",
            "Fix what it hides, or name its code and the reason: `# noqa: S603 -- the reason`.",
        )
    return (
        f"`{silencer.text}` gives no reason, so nobody can judge it.",
        "Write the reason behind it, or in a comment right above.",
    )
