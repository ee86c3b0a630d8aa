"""How the hooks of a repository reach the gate: which interpreter, and where its script is."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import specward
from specward.patterns import pattern

_SCRIPT = "specward/agent/hook.py"
_ENVIRONMENTS = (".venv", "venv", "env")
_VERSION = pattern(r"/python3\.\d+/")


class Gate(NamedTuple):
    """The gate, as commands of a POSIX shell."""

    hook: str  # answers one event of the client; relative to $CLAUDE_PROJECT_DIR
    program: str  # the command line, run from the root
    here: bool  # whether the repository has it in an environment of its own


def find_gate(root: Path, folder: str) -> Gate:
    """Find the gate in an environment of the repository, else take the one on the PATH.

    A hook's script is started with `-I -S` where it lies in the repository: 22 ms a call against about 100
    for the command (claude-code.md 2.4). Its path is written so that each person's Python fits.

    Args:
        root: The repository's top.
        folder: Where the application is importable from; it may have an environment of its own.
    """
    for environment in _environments(root, folder):
        python = f"{environment}/bin/python"
        script = _script(root, environment)
        if script and (root / python).exists():
            hook = f"{_inside(python)} -I -S {_inside(script)}"
        elif (root / environment / "bin/specward").exists():
            hook = f"{_inside(f'{environment}/bin/specward')} hook"
        else:
            continue
        return Gate(hook, shlex.quote(f"{environment}/bin/specward"), here=True)
    return Gate("specward hook", "specward", here=False)


def _environments(root: Path, folder: str) -> Iterator[str]:
    places = dict.fromkeys(("", "" if folder == "." else f"{folder}/"))
    usual = [f"{place}{name}" for place in places for name in _ENVIRONMENTS]
    running = Path(sys.prefix)
    if running.is_relative_to(root) and running != root:
        yield running.relative_to(root).as_posix()
    yield from (name for name in usual if (root / name / "bin").is_dir())


def _script(root: Path, environment: str) -> str:
    """Return the path of the hook's script, relative to the root; empty: it is not in the repository."""
    found = next((root / environment).glob(f"lib/python3*/site-packages/{_SCRIPT}"), None)
    if found:
        return found.relative_to(root).as_posix()
    package = Path(specward.__file__).parent
    is_running = (root / environment).resolve() == Path(sys.prefix).resolve()
    if is_running and package.is_relative_to(root):  # installed from this very repository, to be edited
        return (package.relative_to(root).parent / _SCRIPT).as_posix()
    return ""


def _inside(path: str) -> str:
    """Write a path for the shell; the Python version in it becomes a pattern."""
    parts = _VERSION.split(path)
    return '"$CLAUDE_PROJECT_DIR"/' + "/python3*/".join(shlex.quote(part) for part in parts)
