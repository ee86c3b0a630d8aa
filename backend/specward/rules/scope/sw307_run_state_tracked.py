"""The gate's run state is tracked by git.

`.specward/` holds caches, bindings and the last verdict of this working tree. If it were committed, a change
could bring its own verdict along; so the gate ignores all of it while any of it is tracked.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.specs.model import Place

SUMMARY = "the gate's run state is tracked by git"
GOOD = Example({".gitignore": ".specward/\n"})
BAD = Example({".gitignore": "", ".specward/cache/sources.json": "{}\n"})


def check(project: Project) -> Iterable[Finding]:
    """Give one finding where anything of it is tracked."""
    for path in project.tracked_state[:1]:
        yield Finding(
            "SW307",
            Severity.ERROR,
            Place(path),
            "This is run state of the gate and is tracked by git, so a change could bring its own verdict.",
            "Run `git rm -r --cached .specward` and add `.specward/` to .gitignore.",
        )
