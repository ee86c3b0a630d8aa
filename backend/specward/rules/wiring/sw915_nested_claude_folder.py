"""A `.claude` folder below the root overrides the one at the root.

Claude Code uses the `.claude` folder nearest to where it is started. Started in `backend/`, it uses the
settings of `backend/.claude/` and runs none of the hooks at the root; an agent of the same name there also
takes precedence. So keep agents and settings at the root only.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.facts import wiring

SUMMARY = "a nested .claude folder overrides the one at the root"
GOOD = Example({PATH: ENGINEER})
BAD = Example({PATH: ENGINEER, f"backend/{PATH}": ENGINEER})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each agent or settings file in a nested folder."""
    for path in project.fact(wiring).nested:
        yield Finding(
            "SW915",
            Severity.ERROR,
            Place(path),
            "A session started below the root takes this file instead of the one at the root.",
            "Move it to `.claude/` at the root, or remove it.",
        )
