"""`specward init`: adopt the gate in an existing repository, or take it back."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from specward import baseline
from specward.adoption import record, showing
from specward.adoption.closing import baseline_lines, closing
from specward.adoption.proposals import PARTS, Proposal, propose
from specward.adoption.survey import Survey, survey
from specward.adoption.undo import undo
from specward.commands.check_progress import telling
from specward.config import find_root
from specward.errors import CouldNotRunError
from specward.output.excerpts import printable
from specward.rules.isolation.unseen import notes
from specward.verify import judge, read_project

SUMMARY = "Adopt the gate in this repository: agent, hooks, settings, pre-commit, CI, baseline."
_NOT_WRITTEN = 1
_TOOL_MISSING, _NOT_STARTED = "SW704", "SW402"
_TONES = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_UNWRITTEN = (
    "Nothing was written. `specward init --diff` shows every line of it, and `specward init --yes` writes it "
    "without asking."
)
_AGREED = ("y", "yes")
_PLAIN = "\x1b[0m"
_MOST = 8  # tables that are named


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--yes", action="store_true", help="write without asking; a file of yours that differs is kept")
    add("--app", default="", metavar="ENTRY", help="the application to take, such as app.main:app")
    add("--replace", action="store_true", help="also replace files of yours that have the gate's names")
    add("--without", action="append", default=[], choices=PARTS, help="leave this part out")
    add("--diff", action="store_true", help="show new files whole; what changes in yours is always shown")
    add("--undo", action="store_true", help="take back what init wrote and nobody has changed since")


def run(options: Namespace) -> int:
    """Show what would be written, ask, write it, and set the baseline; 1 where nothing was agreed to.

    Raises:
        CouldNotRunError: a file cannot be added to, or an option names what is not there.
    """
    root = find_root(Path.cwd())
    if options.undo:
        return _undo(root)
    found = _chosen(root, options)
    _say(_summary(root, found))
    proposals = propose(root, found, without=tuple(options.without))
    known = {item.path: item for item in record.load(root)}
    theirs = [
        each
        for each in proposals
        if each.replaces and not (each.path in known and known[each.path].is_untouched(each.before))
    ]
    _show(showing.lines(proposals, whole=options.diff))
    wanted = [each for each in proposals if each not in theirs or _replaced(each, options)]
    if wanted and not _written(wanted, options):
        _say([_UNWRITTEN])
        return _NOT_WRITTEN
    record.write(root, wanted)
    _say(
        f"Left as it is, for it is yours: {each.path} (--replace takes ours)."
        for each in theirs
        if each not in wanted
    )
    _baseline(root)
    _say(closing(root, found, wanted))
    return 0


def _chosen(root: Path, options: Namespace) -> Survey:
    found = survey(root, options.app)
    entries = list(dict.fromkeys(each.entry for each in found.applications))
    if options.app and options.app not in entries:
        raise CouldNotRunError(
            f"There is no FastAPI application {options.app!r} here. Found: {', '.join(entries) or 'none'}."
        )
    if options.app or options.yes or found.is_configured or len(entries) < 2 or not sys.stdin.isatty():  # noqa: PLR2004
        return found
    answer = _ask(f"Which application is to be held: {', '.join(entries)}? [{entries[0]}] ")
    return survey(root, answer) if answer in entries else found


def _summary(root: Path, found: Survey) -> Iterator[str]:
    application = found.application
    yield f"Specward reads {root.name} as:"
    where = f"{application.entry} in {application.path}" if application else "no FastAPI application yet"
    yield f"  application     {where}"
    yield f"  territory       {', '.join(found.territory)}"
    yield f"  tests           {', '.join(found.tests)}"
    yield f"  specifications  {', '.join(each.name for each in found.features) or 'none yet'}"
    if found.ownership:
        yield f"  users           table {found.ownership.table}; their rows: {_owned(found.ownership.paths)}"
    yield f"  gate            {found.gate.program}{'' if found.gate.here else ', from the PATH'}"
    yield ""


def _owned(paths: Sequence[str]) -> str:
    more = f", and {len(paths) - _MOST} more" if len(paths) > _MOST else ""
    return f"{', '.join(paths[:_MOST]) or 'none'}{more}"


def _show(lines: Iterable[str]) -> None:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in lines:
        tone = _TONES.get(line[:1], "") if colour else ""
        sys.stdout.write(f"{tone}{printable(line.expandtabs(4))}{_PLAIN if tone else ''}\n")


def _replaced(each: Proposal, options: Namespace) -> bool:
    if options.replace or options.yes or not sys.stdin.isatty():
        return bool(options.replace)
    return _agreed(f"{each.path} is yours. Replace it by the gate's, as shown above?")


def _written(wanted: Sequence[Proposal], options: Namespace) -> bool:
    """Ask whether to write; who wants to see the new files whole is asked again afterwards."""
    if options.yes or not sys.stdin.isatty():
        return bool(options.yes)
    hidden = not options.diff and any(each.before is None for each in wanted)
    answer = _ask(f"Write {_count(wanted)}? [y/N{', d shows the new ones whole' if hidden else ''}] ").lower()
    if hidden and answer in ("d", "diff"):
        _show(showing.whole(wanted))
        return _agreed(f"Write {_count(wanted)}?")
    return answer in _AGREED


def _agreed(question: str) -> bool:
    return _ask(f"{question} [y/N] ").lower() in _AGREED


def _ask(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip()


def _baseline(root: Path) -> None:
    """List what is wrong today, once: from then on the list only shrinks."""
    if baseline.read_baseline(root) is not None:
        return
    project = read_project(root)
    with telling(project):
        judge(project)
    standing = baseline.of(project.standing, project.text)
    _say(
        f"{each.message} What it would find is not in {baseline.PATH}. Have it run in this environment, "
        "remove that file, and run `specward init` again."
        for each in project.standing
        if each.code == _TOOL_MISSING
    )
    _say(
        f"{each.message} {each.hint} Until then it is not held against the contract."
        for each in project.standing
        if each.code == _NOT_STARTED
    )
    if standing:
        record.write(root, [Proposal(baseline.PATH, None, baseline.render(standing))])
        _say(baseline_lines(standing))
    if project.isolation.sight is not None:
        _say(notes(project.isolation.sight))


def _undo(root: Path) -> int:
    undone = undo(root)
    _say(f"As before: {path}" for path in undone.back)
    _say(f"Removed: {path}" for path in undone.gone)
    _say(f"Left, because it was changed since: {path}" for path in undone.left)
    return 0


def _count(proposals: Sequence[Proposal]) -> str:
    return f"{len(proposals)} file{'s' if len(proposals) != 1 else ''}"


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
