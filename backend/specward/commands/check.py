"""`specward check`: hold the project against its specifications and say what was found."""

import gc
import os
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

from specward import baseline
from specward.commands.check_database import add_database, lender
from specward.commands.check_progress import telling
from specward.commands.check_watch import check_until_interrupted
from specward.config import find_root
from specward.errors import CouldNotRunError
from specward.findings import Verdict
from specward.leaving import leave
from specward.project import Project
from specward.rules.registry import entries
from specward.verify import judge, read_project

SUMMARY = "Check the project against its specifications."
FORMATS = ("text", "json", "sarif", "junit", "github", "html")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: the whole project)")
    add("--task", action="append", default=[], help="check every change against this task's permit")
    add("--base", metavar="REV", help="check what changed since this revision")
    add("--select", action="append", default=[], metavar="CODES", help="run these only: SW1 or SW601,SW602")
    add_database(parser)
    add("--watch", action="store_true", help="check again after each change, until Ctrl-C")
    add("--format", choices=FORMATS, default="text", help="the form of the report (default: text)")
    add("--no-baseline", action="store_true", help="also show what the baseline lists")
    add(
        "--write-baseline",
        action="store_true",
        help="adopt the gate: list today's findings, or shrink that list",
    )


def run(options: Namespace) -> int:
    """Check and print; 0 is clean, 1 has findings.

    Raises:
        CouldNotRunError: a path, a revision, a task or the settings are not what the gate can work with.
    """
    root = find_root(Path.cwd())
    paths = [_inside(root, path) for path in options.paths]
    select = [_known(code) for item in options.select for code in item.split(",") if code]
    lend = lender(options)

    def read() -> Project:
        return read_project(root, tasks=options.task, base=options.base, paths=paths or None, lend=lend)

    def check(project: Project) -> tuple[str, bool]:
        with telling(project):
            verdict = judge(project, select=select or None, with_baseline=not options.no_baseline)
        return _render(options.format, verdict, project), verdict.clean

    if options.watch:
        _refuse_to_watch(options)
        return check_until_interrupted(root, lambda: check(read())[0])
    gc.disable()  # a short run with many values and hardly a cycle: collecting is a tenth of its time
    if options.write_baseline:
        partial = bool(paths or select or options.task or options.base or options.no_baseline)
        return _write_baseline(read(), partial=partial)
    project = read()  # it lives until the end, so that nobody takes it apart
    report, is_clean = check(project)
    sys.stdout.write(report)
    return leave(0 if is_clean else 1)


def _refuse_to_watch(options: Namespace) -> None:
    if options.write_baseline or options.format != "text":
        raise CouldNotRunError("--watch shows text: leave out --format and --write-baseline.")


def _known(code: str) -> str:
    """Return a code or the beginning of one; a misspelt one would run nothing, and find nothing wrong."""
    if not any(entry.code.startswith(code.upper()) for entry in entries()):
        raise CouldNotRunError(f"There is no rule {code}: `specward explain` lists them.")
    return code


def _render(form: str, verdict: Verdict, project: Project) -> str:
    output = import_module(f"specward.output.{form}")
    rendered = (
        output.render(verdict, project, colour=True)
        if _is_coloured(form)
        else output.render(verdict, project)
    )
    return str(rendered)


def _is_coloured(form: str) -> bool:
    """Whether to colour: text on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return form == "text" and sys.stdout.isatty() and not plain


def _write_baseline(project: Project, *, partial: bool) -> int:
    if partial:
        raise CouldNotRunError(
            "--write-baseline is for the whole project: leave out paths and other options."
        )
    before = baseline.read_baseline(project.root)
    with telling(project):
        judge(project)
    now = baseline.of(project.standing, project.text)
    kept = now if before is None else (now & before) | _unjudged(before, project.ran)
    baseline.write_baseline(project.root, kept)
    gone = 0 if before is None else before.total() - kept.total()
    sys.stdout.write(f"{baseline.PATH} holds {kept.total():,} findings; fixed and removed: {gone:,}.\n")
    return 0


def _unjudged(known: baseline.Baseline, ran: frozenset[str]) -> baseline.Baseline:
    """Return what this run may not have seen again: without a database that is what needs one."""
    return baseline.Baseline({entry: count for entry, count in known.items() if entry.code not in ran})


def _inside(root: Path, path: Path) -> str:
    """Return a path as the project names it. Links are not resolved: where they lead is a rule's business."""
    absolute = Path(os.path.normpath(Path.cwd() / path))
    if not os.path.lexists(absolute):
        raise CouldNotRunError(f"There is no file or folder {str(path)!r}.")
    if not absolute.is_relative_to(root):
        raise CouldNotRunError(f"{str(path)!r} is outside of the project at {root}.")
    return absolute.relative_to(root).as_posix()
