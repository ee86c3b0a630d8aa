"""One document, read: by its role, from its bytes."""

from collections.abc import Sequence
from typing import NamedTuple

from specward.specs.model import Document, Problem, Task
from specward.specs.sections import read_sections
from specward.specs.tasks import read_tasks
from specward.specs.text import decode, split


class Reading(NamedTuple):
    """What one document says."""

    document: Document
    tasks: Sequence[Task]
    problems: tuple[Problem, ...]


def read_document(raw: bytes, role: str, path: str, feature: str) -> Reading:
    """Read one document from its bytes, whatever they are.

    Args:
        raw: the file's content.
        role: what the document is; see `specs.model.Document`.
        path: where it stands, relative to the repository root.
        feature: whose document it is; the tasks' keys carry it.
    """
    text = decode(raw)
    if role == "contract":
        from specward.specs.contracts import read_contract  # noqa: PLC0415  # YAML costs 15 ms that few runs need

        sections, problems = read_contract(text, path)
        return Reading(Document(role, path, sections), (), problems)
    lines = split(text)
    if role != "tasks":
        return Reading(Document(role, path, read_sections(lines, role, path)), (), ())
    found = read_tasks(lines, feature, path)
    sections = read_sections(lines, role, path, found.lines)
    return Reading(Document(role, path, sections), found.tasks, found.problems)
