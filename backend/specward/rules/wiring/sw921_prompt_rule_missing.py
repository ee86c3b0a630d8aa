"""The backend engineer's prompt leaves out one of its rules.

The gate refuses what breaks a rule, but an agent that was never told wastes its turns on refusals. And rules
that no machine can check (stop when ownership is unclear, answer in a fixed form) exist only in the prompt.
Each rule is recognised by its concepts within one statement, in any wording; the file may say more.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.wiring.examples import AGENT as PATH
from specward.rules.wiring.examples import ENGINEER
from specward.specs.model import Place
from specward.wiring.blocks import statements
from specward.wiring.facts import wiring
from specward.wiring.seed import missing_rules

SUMMARY = "the engineer's prompt leaves out a rule"
GOOD = Example(
    {PATH.replace("backend-engineer", "reviewer"): ENGINEER.replace("backend-engineer", "reviewer")}
)
BAD = Example({PATH: ENGINEER})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each rule that no statement holds."""
    engineer = project.fact(wiring).engineer
    if engineer is None or engineer.unread:
        return
    for rule in missing_rules(statements(engineer.head.body), project.config.territory):
        yield Finding(
            "SW921",
            Severity.ERROR,
            Place(engineer.path, engineer.head.body_line),
            f"The prompt does not say {rule.states}.",
            "Say it in one sentence or list item; `specward init` shows the whole prompt.",
        )
