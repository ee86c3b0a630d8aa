"""What a tool says of one place."""

from typing import NamedTuple


class Remark(NamedTuple):
    """One thing that a tool found."""

    path: str  # relative to the root
    line: int
    column: int
    rule: str  # the tool's own code: "D103", "arg-type"; may be empty
    message: str


class Report(NamedTuple):
    """What one tool found; `trouble` says why it could not be asked."""

    tool: str
    remarks: tuple[Remark, ...] = ()
    trouble: str = ""
