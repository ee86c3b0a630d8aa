"""What an approval is about: the task's own text, and each section, operation and table that it cites."""

import hashlib
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from specward.approvals.wording import task_section
from specward.code.cache import Cache
from specward.patterns import pattern
from specward.specs.model import Citation, Operation, Section, SpecSet, Task, Unresolved
from specward.specs.resolve import find_operation, find_table, resolve

_CHECKBOX = pattern(r"^([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[xX]\]", re.MULTILINE)
# Up to a bar: behind it another field may follow, such as Files.
_STATUS = pattern(r"^[ \t]*(?:[-*+][ \t]+)?\*\*(?:Status|State)(?::\*\*|\*\*\s*:)[^|\n]*", re.MULTILINE)


class Kind(StrEnum):
    """What a part is."""

    TASK = "task"
    SECTION = "section"
    OPERATION = "operation"
    TABLE = "table"


class Part(NamedTuple):
    """One thing that is approved with a task. The name says what it is; stamps hold digests by it."""

    kind: Kind
    name: str  # "task", "specify §3.1", "GET /v1/profile", "table profiles"
    section: Section  # where it stands and what it says
    cited: Citation  # as the task cites it

    @property
    def words(self) -> str:
        """What the part says, without what carries no meaning: white space, the state of tasks, key order."""
        if self.kind is Kind.OPERATION:
            return json.dumps(json.loads(self.section.text), ensure_ascii=False, sort_keys=True)
        text = self.section.text
        if self.section.document == "tasks":
            text = _STATUS.sub("", _CHECKBOX.sub(r"\1[ ]", text))
        return " ".join(text.split())

    @property
    def digest(self) -> str:
        """SHA-256 of its words."""
        return hashlib.sha256(self.words.encode(errors="surrogatepass")).hexdigest()


def read_parts(
    task: Task, spec_sets: tuple[SpecSet, ...], known: Cache | None = None
) -> tuple[tuple[Part, ...], tuple[Unresolved, ...]]:
    """Gather everything a task is made of, in reading order, and what it cites in vain.

    Args:
        task: one of the spec sets' tasks.
        spec_sets: everything that was read.
        known: what is kept of the wording of tasks between runs.
    """
    found: dict[str, Part] = {}
    missing: list[Unresolved] = []
    for part in _parts(task, spec_sets, known):
        if isinstance(part, Unresolved):
            missing.append(part)
        else:
            found.setdefault(part.name, part)
    return tuple(found.values()), tuple(missing)


def digest_of(parts: dict[str, str]) -> str:
    """Make one digest of the parts' digests."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(parts.items()))
    return hashlib.sha256(lines.encode(errors="surrogatepass")).hexdigest()


def _parts(task: Task, spec_sets: tuple[SpecSet, ...], known: Cache | None) -> Iterator[Part | Unresolved]:
    own = next(spec_set for spec_set in spec_sets if spec_set.feature == task.key.feature)
    cited = Citation(task.place.path, task.key.id, task.place)
    yield Part(Kind.TASK, "task", task_section(task, known), cited)
    for citation in task.cites:
        section = resolve(spec_sets, task.key.feature, citation)
        yield section if isinstance(section, Unresolved) else _section(section, citation, own)
    for operation in task.operations:
        yield _operation(task, operation, own)
    for table in task.tables:
        yield _table(task, table, own)


def _section(section: Section, citation: Citation, own: SpecSet) -> Part:
    at_home = any(document.path == section.place.path for document in own.documents)
    document = section.document if at_home else section.place.path
    name = f"{document} §{citation.anchor}" if citation.anchor else document
    return Part(Kind.SECTION, name, section, citation)


def _operation(task: Task, operation: Operation, own: SpecSet) -> Part | Unresolved:
    cited = Citation(own.contract or "contract", str(operation), task.place)
    section = find_operation(own, operation)
    if section:
        return Part(Kind.OPERATION, str(operation), section, cited)
    where = f"{own.contract} has no operation" if own.contract else "There is no API contract that holds"
    return Unresolved(
        cited, f"{where} {operation}", "Add it to the contract, or remove it from the task.", ()
    )


def _table(task: Task, table: str, own: SpecSet) -> Part | Unresolved:
    cited = Citation(own.data_model or "data-model", table, task.place)
    section = find_table(own, table)
    if section:
        return Part(Kind.TABLE, f"table {table}", section, cited)
    where = (
        f"{own.data_model} describes no table" if own.data_model else "There is no data model that describes"
    )
    return Unresolved(
        cited, f"{where} {table}", "Add a section with its name, or remove it from the task.", ()
    )
