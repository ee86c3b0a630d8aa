"""GitHub's runner, as far as plain steps need it: shells, variables and expressions as it documents them.

Steps that use an action of others are left out: what these leave (a checkout, a Python) is there before.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Step = Mapping[str, Any]
# "Workflow syntax for GitHub Actions", jobs.<job_id>.steps[*].shell; without one it is bash, with less.
SHELLS = {
    "": ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "sh": ("sh", "-e"),
}
_NAME = re.compile(r"\b([a-z]+)\.([a-z_-]+)")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


class Runner:
    """Runs the steps of one job.

    Args:
        workspace: The checkout.
        path: The folders of programs, those of the Python before the machine's.
        variables: More of the environment, such as `GITHUB_BASE_REF`.
        contexts: The names that expressions know: `inputs`, `github`.
    """

    def __init__(
        self,
        workspace: Path,
        path: Sequence[Path | str],
        variables: Mapping[str, str],
        contexts: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._workspace = workspace
        self._contexts = contexts
        self._environment = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "HOME": str(workspace.parent),
            "PATH": ":".join(map(str, path)),
            **variables,
        }

    def run(self, steps: Sequence[Step]) -> Iterator[subprocess.CompletedProcess[str]]:
        """Run the steps with a script in their order, to the first one that fails."""
        for number, step in enumerate(step for step in steps if "run" in step):
            done = self._run(step, self._workspace.parent / f"step-{number}.sh")
            yield done
            if done.returncode:
                return

    def _run(self, step: Step, script: Path) -> subprocess.CompletedProcess[str]:
        script.write_text(self._evaluated(step["run"]), encoding="utf-8")
        environment = {name: self._evaluated(value) for name, value in step.get("env", {}).items()}
        return subprocess.run(
            [*SHELLS[step.get("shell", "")], str(script)],
            cwd=self._workspace / self._evaluated(step.get("working-directory", ".")),
            env=self._environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _evaluated(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def _value(self, expression: str) -> str:
        """Evaluate an expression: names, texts, `||`, `&&` and `format` mean the same in Python's words."""
        python = _NAME.sub(r"\1['\2']", expression.replace("||", " or ").replace("&&", " and ")).strip()
        names = {**self._contexts, "format": str.format}
        return str(eval(python, {"__builtins__": {}}, names))  # noqa: S307 -- from files of this repository
