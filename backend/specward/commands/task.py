"""`specward task`: print everything that a task says and cites."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from specward.approvals.stamps import load_approvals
from specward.brief import brief_json, gather, render
from specward.config import find_root, load_config
from specward.errors import CouldNotRunError
from specward.output.excerpts import printable
from specward.specs.cache import Cache
from specward.specs.model import SpecSet, Task
from specward.specs.reader import read_specs
from specward.specs.resolve import find_tasks, nearest_ids

_TONES = (
    ("# ", "\x1b[1m"),
    ("## ", "\x1b[1;36m"),
    ("Approved by ", "\x1b[32m"),
    ("NOT APPROVED", "\x1b[1;31m"),
    ("STALE", "\x1b[1;31m"),
)

SUMMARY = "Print a task and everything it cites: sections, operations, tables, approval and permit."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("task", metavar="TASK", help="a task such as T-042, or 001-auth/T012")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: Namespace) -> int:
    """Print the task.

    Raises:
        CouldNotRunError: no task, or more than one, has that name.
    """
    root = find_root(Path.cwd())
    config = load_config(root)
    spec_sets = read_specs(root, config, Cache(root))
    gathered = gather(root, one_task(spec_sets, options.task), spec_sets, load_approvals(root), config)
    if options.format == "json":
        sys.stdout.write(json.dumps(brief_json(gathered), ensure_ascii=False, indent=2) + "\n")
    elif sys.stdout.isatty():
        sys.stdout.write(for_terminal(render(gathered), colour=not os.environ.get("NO_COLOR")))
    else:
        sys.stdout.write(render(gathered))
    return 0


def for_terminal(text: str, *, colour: bool) -> str:
    """Make a brief fit for a terminal: what a document hides in control characters is shown."""
    lines = (printable(line.expandtabs(4)) for line in text.rstrip("\n").split("\n"))
    return "".join(f"{_painted(line) if colour else line}\n" for line in lines)


def _painted(line: str) -> str:
    tone = next((tone for start, tone in _TONES if line.startswith(start)), "")
    return f"{tone}{line}\x1b[0m" if tone else line


def one_task(spec_sets: tuple[SpecSet, ...], name: str) -> Task:
    """Find the one task that a person means.

    Raises:
        CouldNotRunError: there is none, or more than one; the sentence names what there is.
    """
    found = find_tasks(spec_sets, name)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{task.key} ({task.place.path}:{task.place.line})" for task in found)
        raise CouldNotRunError(f"{name} names {len(found)} tasks: {names}. Say which, with its feature.")
    if not spec_sets:
        raise CouldNotRunError("There are no specifications here. Tasks belong in specs/tasks.md.")
    near = nearest_ids(spec_sets, name)
    advice = f"The nearest are {', '.join(near)}." if near else "No task list has any task yet."
    raise CouldNotRunError(f"There is no task {name}. {advice}")
