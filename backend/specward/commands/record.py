"""`specward record`: write the history record of a task's work, from what is known and nothing else."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from specward.config import find_root
from specward.history.model import STAGES
from specward.history.recorder import Request, complete_task, record_work
from specward.verify import VERDICT

SUMMARY = "Write the history record of a task's work."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("task", metavar="TASK", help="as T-042, or 001-auth/T-042")
    add("--base", metavar="REV", help="record what changed since this revision, instead of the last commit")
    add(
        "--commits",
        action="store_true",
        help="take the files from the commits with the trailer `Task: T-042`",
    )
    add("--transcript", type=Path, metavar="FILE", help="the client's transcript (JSON lines), to quote from")
    add("--junit", type=Path, metavar="FILE", help="a JUnit report of the test run")
    add(
        "--stage",
        choices=STAGES,
        default="green",
        metavar="STAGE",
        help=f"{', '.join(STAGES)} (default: green)",
    )
    add("--date", metavar="DAY", help="YYYY-MM-DD (default: today)")
    add("--again", action="store_true", help="even if this work is recorded already")
    add("--done", action="store_true", help="also mark the task as done in its document")


def run(options: Namespace) -> int:
    """Record and say where; 0 in any case that does not raise.

    Raises:
        CouldNotRunError: no such task, no work to be found, or an option that makes no sense.
    """
    root = find_root(Path.cwd())
    request = Request(
        base=options.base,
        commits=options.commits,
        transcript=options.transcript,
        junit=options.junit,
        verdict=root / VERDICT,
        stage=options.stage,
        day=options.date,
        again=options.again,
    )
    recorded = record_work(root, options.task, request)
    said = "is written: commit it with the work" if recorded.is_new else "holds this work already"
    sys.stdout.write(f"{recorded.path} {said}.\n")
    if options.done:
        complete_task(root, options.task)
        sys.stdout.write(f"{options.task} is done.\n")
    return 0
