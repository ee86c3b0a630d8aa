"""`specward task`: print everything that a task says and cites, or list the tasks."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from specward.approvals.signatures import read_signers
from specward.approvals.stamps import load_approvals
from specward.approvals.status import Approved, Stale, Status, Unapproved, Unsigned, status
from specward.brief import brief_json, gather, render
from specward.config import Config, find_root, load_config
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

_WORDS: dict[type[Status], str] = {
    Approved: "approved",
    Unapproved: "not approved",
    Unsigned: "unsigned",
    Stale: "stale",
}

SUMMARY = "Print a task and everything it cites: sections, operations, tables, approval and permit."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "task",
        nargs="?",
        metavar="TASK",
        help="a task such as T-042, or 001-auth/T012 (default: list them all)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: Namespace) -> int:
    """Print the task, or the list of all.

    Raises:
        CouldNotRunError: no task, or more than one, has that name.
    """
    root = find_root(Path.cwd())
    config = load_config(root)
    spec_sets = read_specs(root, config, Cache(root))
    if options.task is None:
        _print_list(_standing(root, config, spec_sets), as_json=options.format == "json")
        return 0
    gathered = gather(root, one_task(spec_sets, options.task), spec_sets, load_approvals(root), config)
    if options.format == "json":
        sys.stdout.write(json.dumps(brief_json(gathered), ensure_ascii=False, indent=2) + "\n")
    elif sys.stdout.isatty():
        sys.stdout.write(for_terminal(render(gathered), colour=not os.environ.get("NO_COLOR")))
    else:
        sys.stdout.write(render(gathered))
    return 0


def _standing(root: Path, config: Config, spec_sets: tuple[SpecSet, ...]) -> list[tuple[Task, type[Status]]]:
    tasks = [task for spec_set in spec_sets for task in spec_set.tasks]
    if not tasks:
        raise CouldNotRunError("There are no tasks here. Tasks belong in specs/tasks.md.")
    approvals, signers = load_approvals(root), read_signers(root, config)
    return [(task, type(status(task, spec_sets, approvals, signers))) for task in tasks]


def _print_list(standing: list[tuple[Task, type[Status]]], *, as_json: bool) -> None:
    if as_json:
        values = [
            {
                "task": str(task.key),
                "title": task.title,
                "done": task.done,
                "approval": state.__name__.lower(),
            }
            for task, state in standing
        ]
        sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{printable(line)}\n" for line in _list_lines(standing))


def _list_lines(standing: list[tuple[Task, type[Status]]]) -> Iterator[str]:
    ids = max(len(task.key.id) for task, _ in standing)
    words = max(len(_WORDS[state]) for _, state in standing)
    for feature, members in groupby(standing, key=lambda each: each[0].key.feature):
        yield feature
        for task, state in members:
            done = "done" if task.done else "open"
            yield f"  {task.key.id:<{ids}}  {_WORDS[state]:<{words}}  {done}  {task.title}"


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
        raise CouldNotRunError(f"{name} names {len(found)} tasks: {names}. Say which one, with its feature.")
    if not spec_sets:
        raise CouldNotRunError("There are no specifications here. Tasks belong in specs/tasks.md.")
    near = nearest_ids(spec_sets, name)
    advice = f"The nearest are {', '.join(near)}." if near else "There are no tasks in any task list yet."
    raise CouldNotRunError(f"There is no task {name}. {advice}")
