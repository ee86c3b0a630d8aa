"""Which findings a person has excused in the code, and which excuses do not count."""

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
    """Whether the work under a bound task wrote the suppression itself: nobody excuses their own findings."""
    if source is None or not project.bound_names or source.path not in project.changed:
        return False
    before = read_source(source.path, project.text_before(source.path) or "")
    return all(
        (known.codes, known.reason) != (suppression.codes, suppression.reason)
        for known in before.suppressions
    )
