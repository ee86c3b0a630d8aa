"""What is held against each other, and what came of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.findings import Finding
from specward.schema.model import DataModel
from specward.schema.revisions import Chain
from specward.specs.model import Place, Task


class Case(NamedTuple):
    """A project's data model, and what else the comparison has to know of the project."""

    root: Path
    config: Config
    model: DataModel  # without problems
    chain: Chain
    tasks: tuple[Task, ...]
    texts: Mapping[str, str]  # of the revisions, by path, in order

    def revision(self, name: str) -> Place:
        """Return the last revision that speaks of something; the newest one where none does."""
        word = name.partition("(")[0].rpartition(" ")[2]
        paths = [path for path, text in self.texts.items() if word in text]
        heads = [revision.path for revision in self.chain.heads]
        return Place([*heads, "pyproject.toml"][0] if not paths else paths[-1])


class Outcome(NamedTuple):
    """What came of a comparison."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be seen
