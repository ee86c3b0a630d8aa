"""`specward check`: hold the project against its specifications and say what was found."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from specward.config import find_root
from specward.errors import CouldNotRunError
from specward.output import text
from specward.verify import judge, read_project

FORMATS = ("text", "json")


def run(
    paths: Sequence[Path],
    *,
    tasks: Sequence[str],
    base: str | None,
    select: Sequence[str],
    form: str,
) -> int:
    """Check, print, and return the exit code: 0 clean, 1 findings.

    Raises:
        CouldNotRunError: a path, a revision, a task or the settings are not what the gate can work with.
    """
    root = find_root(Path.cwd())
    project = read_project(
        root, tasks=tasks, base=base, paths=[_inside(root, path) for path in paths] or None
    )
    verdict = judge(project, select=[code for item in select for code in item.split(",")] or None)
    if form == "text":
        rendered = text.render(verdict, project, colour=_coloured())
    else:
        rendered = import_module(f"specward.output.{form}").render(verdict, project)
    sys.stdout.write(rendered)
    return 0 if verdict.clean else 1


def _inside(root: Path, path: Path) -> str:
    """Return a path as the project names it. Links are not resolved: where they lead is a rule's business."""
    absolute = Path(os.path.normpath(Path.cwd() / path))
    if not os.path.lexists(absolute):
        raise CouldNotRunError(f"There is no file or folder {str(path)!r}.")
    if not absolute.is_relative_to(root):
        raise CouldNotRunError(f"{str(path)!r} lies outside of the project at {root}.")
    return absolute.relative_to(root).as_posix()


def _coloured() -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
