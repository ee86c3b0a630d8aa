"""`specward report`: one page that shows the project, its tasks and the verdict, for people."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from specward.commands.check_database import add_database, lender
from specward.commands.check_progress import telling
from specward.config import find_root
from specward.output.html import render
from specward.storage import FOLDER, write_atomically
from specward.verify import judge, read_project

SUMMARY = "Write a page that shows tasks, specifications, code and findings."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help=f"where to write it; - prints it (default: {FOLDER}/report.html)",
    )
    add_database(parser)


def run(options: Namespace) -> int:
    """Judge the project, write the page and say where; 0 whatever the verdict, which is for `check` to give.

    Raises:
        CouldNotRunError: the project cannot be judged, or the page not written.
    """
    root = find_root(Path.cwd())
    project = read_project(root, lend=lender(options))
    with telling(project):
        verdict = judge(project)
    page = render(verdict, project)
    if options.output == Path("-"):
        sys.stdout.write(page)
        return 0
    path = options.output or root / FOLDER / "report.html"
    write_atomically(path, page)
    sys.stdout.write(f"{path}\n")
    return 0
