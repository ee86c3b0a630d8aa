"""One diagnostic, and the verdict they add up to. Every door of the gate speaks in these."""

from enum import StrEnum
from typing import NamedTuple

from specward.specs.model import Place


class Severity(StrEnum):
    """How grave a finding is. Errors make the verdict red; warnings are shown and counted."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """What is wrong, where, and how to mend it."""

    code: str  # SWnnn
    severity: Severity
    place: Place
    message: str  # what is wrong and why it matters, in a sentence
    hint: str  # how to mend it, in a sentence
    related: tuple[Place, ...] = ()  # the specification side of the story

    @property
    def order(self) -> tuple[Place, str, str]:
        """The order in which findings are told: as the files are read."""
        return (self.place, self.code, self.message)


class Excused(NamedTuple):
    """A finding that a person has excused, and their reason. It is counted in every report."""

    finding: Finding
    reason: str


class Verdict(NamedTuple):
    """The outcome of `verify`: what was held against what, and what was found."""

    findings: tuple[Finding, ...]  # those that stand, in order of place
    excused: tuple[Excused, ...] = ()  # by a comment in the code
    baselined: int = 0  # known before the gate was adopted
    files: int = 0  # read
    changes: int | None = None  # changed paths held against a permit; None: no diff was asked for
    tasks: int = 0  # known to the spec sets
    rules: tuple[str, ...] = ()  # codes of the rules that ran
    notes: tuple[str, ...] = ()  # what could not be seen, in sentences

    @property
    def errors(self) -> int:
        """How many findings make it red."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only told."""
        return len(self.findings) - self.errors

    @property
    def clean(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.errors
