"""How much a PreToolUse answer costs beside a bare interpreter: `python bench/hook.py [CALLS]`.

The promise is 1.5 times `python -I -S -c pass`. The two are measured in turns, so that whatever else the
machine does falls on both; the medians are compared.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.client.hooks import event, prompt
from tests.client.messages_api import Json
from tests.client.project import headed, make_project

BARE = ("-c", "pass")
PROMISE = 1.5


def measure(python: str, arguments: tuple[str, ...], data: bytes, env: dict[str, str]) -> float:
    """Run the interpreter once; returns the wall time in milliseconds."""
    start = time.perf_counter()
    subprocess.run(
        [python, "-I", "-S", *arguments], input=data, env=env, stdout=subprocess.DEVNULL, check=True
    )
    return (time.perf_counter() - start) * 1000


def write(project: Path, path: str) -> Json:
    """The event before a Write of a file with its header."""
    given = {"file_path": str(project / path), "content": headed(code="value = 1\n" * 100)}
    return event(project, "PreToolUse", agent_type="backend-engineer", tool_name="Write", tool_input=given)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project")
        prompt(project, "Implement T-042")
        python, script = str(project / ".venv/bin/python"), str(project / "backend/specward/agent/hook.py")
        env = os.environ | {"CLAUDE_PROJECT_DIR": str(project)}
        for name, path in (("in scope", "backend/app/notes/a.py"), ("out of scope", "frontend/a.py")):
            data = json.dumps(write(project, path)).encode()
            pairs = [
                (measure(python, BARE, data, env), measure(python, (script,), data, env))
                for _ in range(calls)
            ]
            bare, hook = (median(times) for times in zip(*pairs, strict=True))
            print(
                f"PreToolUse, Write {name:<12} {hook:5.1f} ms, bare {bare:5.1f} ms, "
                f"ratio {hook / bare:.2f} (promised: {PROMISE})"
            )


if __name__ == "__main__":
    main()
