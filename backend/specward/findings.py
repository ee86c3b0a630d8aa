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
