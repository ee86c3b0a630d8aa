"""A Prompt History Record (PHR) as Spec-Kit Plus has it, with our own key `tasks`."""

from collections.abc import Mapping
from typing import NamedTuple

FOLDER = "history/prompts"
PATTERN = f"{FOLDER}/**/*.prompt.md"

# The stages of Spec-Kit Plus' create-phr.sh; `architect` is that of its first releases.
STAGES = (
    "constitution", "spec", "plan", "tasks", "red", "green", "refactor", "explainer", "misc", "general",
    "architect",
)  # fmt: skip
LINKS = ("spec", "ticket", "adr", "pr")

PROMPT = "Prompt"
RESPONSE = "Response snapshot"
OUTCOME = "Outcome"
EVALUATION = "Evaluation notes (flywheel)"
SECTIONS = (PROMPT, RESPONSE, OUTCOME, EVALUATION)


class Record(NamedTuple):
    """One record. What a file does not say is empty, never guessed."""

    id: str = ""
    title: str = ""
    stage: str = ""
    date: str = ""  # YYYY-MM-DD
    surface: str = ""
    model: str = ""
    feature: str = ""
    branch: str = ""
    user: str = ""
    command: str = ""
    labels: tuple[str, ...] = ()
    links: Mapping[str, str] = {}
    tasks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    sections: Mapping[str, str] = {}  # by heading


class StoredRecord(NamedTuple):
    """A record as a file holds it."""

    path: str
    record: Record
    text: str
    lines: Mapping[str, int]  # of each front matter key
    defect: str  # why the front matter cannot be read as YAML; empty when it can

    def line(self, key: str) -> int:
        """Return the line of a front matter key; the first where it is missing."""
        return self.lines.get(key, 1)
