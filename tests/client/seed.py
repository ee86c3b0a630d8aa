"""The examples in the description of the seed's agent, word by word: `tests/specward/wiring/seed.md`."""

import re
from typing import NamedTuple

from tests.client.project import ROOT

SEED = ROOT / "tests/specward/wiring/seed.md"
TASKS = (("T-042",), ("T-078",), ("T-101", "T-102", "T-103", "T-104", "T-105"))  # what each asks for


class Example(NamedTuple):
    """What a user says, and what the client's own agent says before it hands the work over."""

    user: str
    assistant: str


def examples() -> tuple[Example, ...]:
    """Read them, in their order."""
    _, front, _ = SEED.read_text(encoding="utf-8").split("---\n", 2)
    description = front.partition("description: ")[2].replace("\\n", "\n")
    return tuple(Example(*found) for found in re.findall(r'user: "(.+)"\nassistant: "(.+)"', description))
