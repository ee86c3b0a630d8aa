"""What is held against each other, and what came of it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specward.config import Config
from specward.findings import Finding
from specward.schema.edits import CREATE, DROP, PART, read_edits
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

    def revision(self, subject: str, part: str = "") -> Place:
        """Return where a revision makes something; the newest revision where none speaks of it.

        Args:
            subject: A table, view or function; anything else is looked for as a word.
            part: What of it is meant, as a statement says it: a policy's name, "row level security". The last
                statement on the subject that says it counts, else the one that creates the subject.
        """
        name = subject.partition("(")[0].rpartition(" ")[2]
        written = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)", re.IGNORECASE)
        edits = [
            (path, edit)
            for path, text in self.texts.items()
            for edit in read_edits(path, text)
            if edit.subject == name and edit.verb != DROP
        ]
        telling = [each for each in edits if part and written.search(each[1].text)]
        creating = [each for each in edits if each[1].verb == CREATE and each[1].kind != PART]
        for path, edit in (telling or creating or edits)[-1:]:
            return Place(path, edit.line)
        paths = [path for path, text in self.texts.items() if name in text]
        heads = [revision.path for revision in self.chain.heads]
        return Place(paths[-1] if paths else [*heads, "pyproject.toml"][0])


class Outcome(NamedTuple):
    """What came of a comparison."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be seen
