"""Findings with the source around them, and which of them speak of a place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from specward.findings import Finding, Severity, Verdict
from specward.output.report.model import FrameLine, Told
from specward.patterns import pattern
from specward.project import Project
from specward.rules.registry import FAMILIES, entries
from specward.specs.model import Place

_AROUND = 2  # lines of context on each side
_FIRST = "SW6"
_LONGEST = 400  # characters of a line; what is minified is no reading matter
_WORD = pattern(r"[\w.§/-]+")


class Findings:
    """The findings of a verdict, told once and found by where they are."""

    def __init__(self, verdict: Verdict, project: Project) -> None:
        self._project = project
        self._summaries = {entry.code: entry.load().SUMMARY for entry in entries()}
        self.standing = tuple(
            self._told(finding, f"finding-{number}")
            for number, finding in enumerate(sorted(verdict.findings, key=_rank), start=1)
        )
        self.excused = tuple(
            self._told(finding, f"excused-{number}", reason)
            for number, (finding, reason) in enumerate(verdict.excused, start=1)
        )

    def within(self, path: str, first: int = 1, last: int | None = None) -> tuple[Told, ...]:
        """Return the findings that stand on, or refer to, lines of a file."""
        return unique(
            told
            for place, told in self._by_path.get(path, ())
            if first <= place.line and (last is None or place.line <= last)
        )

    def at(self, path: str) -> tuple[Told, ...]:
        """Return the findings that stand in a file."""
        return tuple(told for place, told in self._by_path.get(path, ()) if place is told.place)

    @cached_property
    def _by_path(self) -> dict[str, list[tuple[Place, Told]]]:
        places: dict[str, list[tuple[Place, Told]]] = defaultdict(list)
        for told in self.standing:
            for place in (told.place, *told.related):
                places[place.path].append((place, told))
        return places

    def _told(self, finding: Finding, anchor: str, reason: str = "") -> Told:
        place = finding.place
        return Told(
            anchor,
            finding.code,
            FAMILIES[finding.code[:3]].partition(":")[0],
            finding.severity.value,
            self._summaries.get(finding.code, ""),
            place,
            finding.message,
            finding.hint,
            finding.related,
            tuple(frame(self._project.text(place.path), place.line, place.column)),
            reason,
        )


def unique(findings: Iterable[Told]) -> tuple[Told, ...]:
    """Return each finding once, in the order of the report."""
    return tuple(dict.fromkeys(findings))


def frame(text: str, line: int, column: int) -> Iterator[FrameLine]:
    """Cut the lines around a place out of a file; none where nothing stands there.

    Args:
        text: The whole file.
        line: From 1.
        column: From 1, in characters.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return
    for number in range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1):
        shown = lines[number - 1].rstrip("\r").expandtabs(4)[:_LONGEST]
        yield _marked(number, shown, column - 1) if number == line else FrameLine(number, shown)


def _marked(number: int, text: str, start: int) -> FrameLine:
    start = min(start, len(text.rstrip()) - 1)
    start = max(start, len(text) - len(text.lstrip()))
    word = _WORD.match(text, start)
    end = word.end() if word else start + 1
    return FrameLine(number, text[:start], text[start:end], text[end:])


def _rank(finding: Finding) -> tuple[bool, bool]:
    """Errors before warnings, and rows that other users reach before all else; within that as they were."""
    return finding.severity is not Severity.ERROR, not finding.code.startswith(_FIRST)
