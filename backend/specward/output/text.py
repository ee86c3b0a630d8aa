"""For reading: findings by file, each with its line of source, how to mend it, and where the spec stands."""

from collections.abc import Iterator
from itertools import groupby

from specward.findings import Finding, Severity, Verdict
from specward.output.excerpts import excerpt, printable
from specward.project import Project
from specward.specs.model import Place

_PLAIN = dict.fromkeys(("bold", "dim", "red", "yellow", "green", "cyan", "off"), "")
_COLOURS = {
    "bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[1;31m", "yellow": "\x1b[1;33m", "green": "\x1b[1;32m",
    "cyan": "\x1b[36m", "off": "\x1b[0m",
}  # fmt: skip


def render(verdict: Verdict, project: Project, *, colour: bool = False) -> str:
    """Write a verdict for people, with terminal colours where asked for."""
    ink = _COLOURS if colour else _PLAIN
    lines: list[str] = []
    for path, findings in groupby(verdict.findings, key=lambda finding: finding.place.path):
        lines += [f"{ink['bold']}{printable(path)}{ink['off']}"]
        for finding in findings:
            lines += _finding(finding, project.text(path), ink)
        lines += [""]
    lines += [f"{ink['cyan']}note{ink['off']}  {printable(note)}" for note in verdict.notes]
    return "\n".join((*lines, _summary(verdict, ink))) + "\n"


def _finding(finding: Finding, text: str, ink: dict[str, str]) -> Iterator[str]:
    place = finding.place
    tone = ink["red"] if finding.severity is Severity.ERROR else ink["yellow"]
    yield (
        f"  {ink['dim']}{place.line}:{place.column}{ink['off']}  {tone}{finding.code}{ink['off']}"
        f"  {printable(finding.message)}"
    )
    cut = excerpt(text, place.line, place.column)
    if cut:
        gutter = f"{place.line:>6} "
        yield f"{ink['dim']}{gutter}│{ink['off']} {cut.text}"
        yield f"{ink['dim']}{' ' * len(gutter)}│{ink['off']} {tone}{cut.mark}{ink['off']}"
    yield f"       {ink['cyan']}fix{ink['off']}   {printable(finding.hint)}"
    if finding.related:
        yield f"       {ink['cyan']}see{ink['off']}   {', '.join(_where(place) for place in finding.related)}"


def _where(place: Place) -> str:
    return f"{printable(place.path)}:{place.line}"


def summary(verdict: Verdict) -> str:
    """Write the last line of a report, without colours."""
    return _summary(verdict, _PLAIN)


def _summary(verdict: Verdict, ink: dict[str, str]) -> str:
    read = [_count(verdict.files, "file"), _count(verdict.tasks, "task"), _count(len(verdict.rules), "rule")]
    if verdict.changes is not None:
        read.insert(0, _count(verdict.changes, "changed path"))
    passed = [f"{_count(len(verdict.excused), 'finding')} suppressed"] if verdict.excused else []
    passed += [f"{verdict.baselined:,} in the baseline"] if verdict.baselined else []
    return f"{_outcome(verdict, ink)} {ink['dim']}{'; '.join([', '.join(read), *passed])}.{ink['off']}"


def _outcome(verdict: Verdict, ink: dict[str, str]) -> str:
    warnings = _count(verdict.warnings, "warning")
    if verdict.clean:
        return f"{ink['green']}Clean{ink['off']}{f', with {warnings}' if verdict.warnings else ''}."
    paths = len({finding.place.path for finding in verdict.findings})
    also = f" and {warnings}" if verdict.warnings else ""
    return f"{ink['red']}{_count(verdict.errors, 'error')}{ink['off']}{also} in {_count(paths, 'file')}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
