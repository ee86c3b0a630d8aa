"""One document, read: by its role, from its bytes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from specward.specs.model import Document, Place, Problem, Task


class Reading(NamedTuple):
    """What one document says."""

    document: Document
    tasks: Sequence[Task]
    problems: tuple[Problem, ...]


def whole_text(raw: bytes) -> str:
    """Give the text of a document as its first section has it."""
    from specward.specs.text import decode  # noqa: PLC0415  # as below

    return decode(raw).rstrip()


def read_document(raw: bytes, role: str, path: str, feature: str) -> Reading:
    """Read one document from its bytes, whatever they are.

    Args:
        raw: the file's content.
        role: what the document is; see `specs.model.Document`.
        path: where it stands, relative to the repository root.
        feature: whose document it is; the tasks' keys carry it.
    """
    # These grammars take 15 ms to load, and a run that finds everything in its cache needs none of them.
    from specward.specs.elsewhere import is_numbered  # noqa: PLC0415
    from specward.specs.numbered import with_numbers  # noqa: PLC0415
    from specward.specs.sections import read_sections  # noqa: PLC0415
    from specward.specs.tasks import read_tasks  # noqa: PLC0415
    from specward.specs.text import decode, split  # noqa: PLC0415

    text, undecoded = decode(raw), tuple(_undecoded(raw, path))
    if role == "contract":
        from specward.specs.contracts import read_contract  # noqa: PLC0415  # YAML costs 15 ms that few runs need

        sections, problems = read_contract(text, path)
        return Reading(Document(role, path, sections), (), (*undecoded, *problems))
    lines = split(text)
    if role != "tasks":
        sections = read_sections(lines, role, path)
        if is_numbered(path):
            sections = with_numbers(sections, lines)
        return Reading(Document(role, path, sections), (), undecoded)
    found = read_tasks(lines, feature, path)
    sections = read_sections(lines, role, path, found.lines)
    return Reading(Document(role, path, sections), found.tasks, (*undecoded, *found.problems))


def _undecoded(raw: bytes, path: str) -> Iterator[Problem]:
    """Tell of the first byte that is no text: what it should say is not known, and nobody can approve it."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = Place(path, raw.count(b"\n", 0, error.start) + 1)
        yield Problem(place, f"{path} is not UTF-8: byte {error.start} is not text.", "Save it as UTF-8.")
