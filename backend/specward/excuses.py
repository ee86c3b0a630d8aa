"""Which findings a person has excused in the code, and which excuses do not count."""

from collections import Counter
from collections.abc import Iterable

from specward.code.sources import SourceFile, read_source
from specward.code.suppressions import Suppression
from specward.findings import Excused, Finding
from specward.project import Project


def apply(project: Project, findings: Iterable[Finding]) -> tuple[list[Finding], list[Excused]]:
    """Part findings into those that stand and those that are excused."""
    standing: list[Finding] = []
    excused: list[Excused] = []
    for finding in findings:
        excuse = find(project, finding)
        if excuse is None:
            standing.append(finding)
        else:
            excused.append(Excused(finding, excuse.reason))
    return standing, excused


def find(project: Project, finding: Finding) -> Suppression | None:
    """Return the suppression that excuses a finding, if one does."""
    source = project.files.get(finding.place.path)
    for suppression in source.suppressions if source else ():
        if suppression.covers(finding.code, finding.place.line) and not is_own(project, source, suppression):
            return suppression
    return None


def is_own(project: Project, source: SourceFile | None, suppression: Suppression) -> bool:
    """Whether the work under a bound task wrote the suppression itself: nobody excuses their own findings.

    A person agreed to it for the line that it speaks for, and as often as it stood there: neither a copy of
    it nor the same words elsewhere are theirs.
    """
    if source is None or not project.bound_names or source.path not in project.changed:
        return False
    now, before = project.text(source.path), project.text_before(source.path) or ""
    known = Counter(_said(item, before) for item in read_source(source.path, before).suppressions)
    said = _said(suppression, now)
    above = (item for item in source.suppressions if item.line <= suppression.line)
    return sum(_said(item, now) == said for item in above) > known[said]


def _said(suppression: Suppression, text: str) -> tuple[tuple[str, ...], str, str]:
    """What a suppression says, and the line of code that it says it of; none at the head of a file."""
    lines = ["", *text.split("\n")]
    code = lines[suppression.target] if suppression.target < len(lines) else ""
    return suppression.codes, suppression.reason, " ".join(code.split())
