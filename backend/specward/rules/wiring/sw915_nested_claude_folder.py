"""A `.claude` folder below the root shadows the one at the root.

Claude Code takes the nearest `.claude` of the folder it is started in. Started in `backend/`, it takes the
settings of `backend/.claude/` and runs none of the hooks at the root; and an agent of the same name there
comes before the one at the root. So agents and settings stand at the root alone.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.facts import wiring

SUMMARY = "a nested .claude folder shadows the one at the root"
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
            "Move it to `.claude/` at the root, or take it out.",
        )
