"""Run the tests of a task for an agent that has no shell: these files, with pytest, within a time.

Tests are programs, and these the agent may have written itself. So they get none of the secrets of the
environment, end with everything they started in their process group, and run under the marks by which
`specward approve` knows an agent's run. What they write is judged with the rest of the tree.
"""

import os
import signal
import subprocess
from fnmatch import fnmatch
from pathlib import Path

from specward.code.files import list_files
from specward.config import load_config
from specward.contract.entry import EntryPoint, entry_point
from specward.contract.served import interpreter
from specward.errors import CouldNotRunError

SECONDS = 300
LENGTH = 9_000  # characters of the answer: the end of pytest's own account
_FILES = ("test_*.py", "*_test.py")  # pytest's own default
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "CLAUDECODE")
_PASSED, _FAILED = 0, 1  # exit codes of pytest; any other says that it could not run them
_OPTIONS = ("-m", "pytest", "-q", "--no-header", "--tb=short", "--color=no", "-p", "no:cacheprovider")


def run_tests(root: Path, tasks: tuple[str, ...], globs: tuple[str, ...]) -> str:
    """Run every test file that some tasks permit, and return what became of them.

    Args:
        root: the tree to test.
        tasks: whose tests they are, for the answer.
        globs: the `Tests` of these tasks.

    Raises:
        CouldNotRunError: there are none, or they did not end in time.
    """
    listed = list_files(root, globs) if globs else ()
    files = [path for path in listed if any(fnmatch(Path(path).name, form) for form in _FILES)]
    if not files:
        permitted = ", ".join(globs) or "it has no `Tests` entry"
        raise CouldNotRunError(f"{', '.join(tasks)} has no test file yet ({permitted}).")
    config = load_config(root)
    entry = entry_point(root, config) or EntryPoint("", config.app_dir or ".")
    code, output = _run([interpreter(root, entry), *_OPTIONS, "--", *files], root)
    outcome = {_PASSED: "The tests pass.", _FAILED: "Tests fail."}.get(code, "The tests could not be run.")
    return f"{outcome} ({', '.join(files)})\n\n{output.strip()[-LENGTH:]}"


def _run(command: list[str], root: Path) -> tuple[int, str]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        process = subprocess.Popen(  # noqa: S603 -- the project's own interpreter
            command,
            cwd=root,
            env=environment | {"CLAUDECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise CouldNotRunError(f"{command[0]} cannot be run: {error.strerror}.") from error
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise CouldNotRunError(f"The tests did not finish within {SECONDS} seconds.") from error
    finally:
        _end(process)
    return process.returncode, output.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the run with whatever it has started and left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()
        if process.stdout:
            process.stdout.close()
