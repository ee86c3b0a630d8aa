"""A file's reference header cannot be understood, or lacks a field.

A header has three fields in this order: `[Task]` with one or more task ids, `[From]` with the sections the
file is based on, `[Description]` with its purpose. `[Spec]`, `[Source]` and `[Reference]` may replace
`[From]`, and `[Purpose]` may replace `[Description]`. A misspelt key or an empty field would lose information
without notice.
"""

from collections.abc import Iterable, Iterator

from specward.code.headers import DESCRIPTION, FROM, TASK, Field, Header
from specward.findings import Finding, Severity
from specward.nearest import nearest
from specward.project import Project
from specward.rules.examples import HEADER, Example
from specward.specs.model import Place

SUMMARY = "a reference header is malformed"
GOOD = Example({"backend/app/orders/routes.py": HEADER})
BAD = Example({
    "backend/app/orders/routes.py": '"""\n[Task]: T-001\n[Form]: speckit.specify §1.1\n[Description]:\n"""\n',
})  # fmt: skip

_ORDER = (TASK, FROM, DESCRIPTION)
_FORM = "Write [Task]: T-…, then [From]: speckit.specify §…, then [Description]: …, each on its own line."


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each fault of a file's own header."""
    for source in project.files.values():
        for line, column, message, hint in _faults(source.header) if source.header else ():
            yield Finding("SW102", Severity.ERROR, Place(source.path, line, column), message, hint)


def _faults(header: Header) -> Iterator[tuple[int, int, str, str]]:
    for field in header.fields:
        at = (field.line, field.column)
        if not field.meaning and (meant := _meant(field)):
            yield *at, f"[{field.key}] is not a key of a header, so its value is lost.", f"Write [{meant}]."
        elif field.meaning and not field.value.strip():
            yield (
                *at,
                f"[{field.key}] is empty.",
                "Fill it in; a header leaves nothing open.",
            )
        elif field.meaning == TASK and not header.tasks:
            yield *at, f"{field.value!r} names no task.", "Name a task by its id, such as T-042."
    meanings = [field.meaning for field in header.fields if field.meaning]
    missing = [f"[{key}]" for key in _ORDER if key not in meanings]
    if missing:
        yield header.line, 1, f"The header has no {' and no '.join(missing)}.", _FORM
    if meanings != sorted(meanings, key=_ORDER.index):
        yield header.line, 1, "The header's fields are out of order.", _FORM


def _meant(field: Field) -> str:
    """Return the key that a misspelt one means; empty where it resembles none."""
    return next(iter(nearest(field.key.title(), _ORDER, likeness=0.7)), "")
