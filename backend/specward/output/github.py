"""For GitHub Actions: annotations at the lines of a pull request, and every finding in the log."""

from collections import Counter
from collections.abc import Iterator

from specward.findings import Finding, Severity, Verdict
from specward.output.excerpts import printable
from specward.output.text import summary
from specward.project import Project

_SHOWN = 10  # annotations of each kind that GitHub keeps of a step; it drops the rest without a word


def render(verdict: Verdict, project: Project) -> str:  # noqa: ARG001  # every form has the same two
    """Write a verdict as workflow commands, the gravest findings first."""
    return "\n".join((*_lines(verdict), _inert(summary(verdict)))) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    given: Counter[Severity] = Counter()
    for finding in sorted(verdict.findings, key=lambda finding: finding.severity is not Severity.ERROR):
        given[finding.severity] += 1
        yield _annotation(finding) if given[finding.severity] <= _SHOWN else _inert(_line(finding))
    yield from (f"::notice title=Specward::{_data(note)}" for note in verdict.notes[:_SHOWN])


def _annotation(finding: Finding) -> str:
    place = finding.place
    return (
        f"::{finding.severity.value} file={_property(place.path)},line={place.line},col={place.column},"
        f"title={_property(finding.code)}::{_data(f'{finding.message} {finding.hint}')}"
    )


def _line(finding: Finding) -> str:
    place = finding.place
    return f"{finding.code} {place.path}:{place.line}:{place.column} {finding.message} {finding.hint}"


def _inert(line: str) -> str:
    """Take from a line of the log what the runner would obey (its older commands count anywhere in it)."""
    return printable(line).replace("##[", "## [")


def _data(text: str) -> str:
    """Escape as the runner's toolkit does; a control character cannot begin a new command."""
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
