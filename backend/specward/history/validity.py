"""What a record must hold to be one, as far as a machine can tell."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from specward.history.model import PROMPT, SECTIONS, STAGES, StoredRecord
from specward.history.naming import OWN_DIRECTORY, read_name, slug
from specward.history.reader import lines_of_prose
from specward.patterns import pattern

ID_WIDTH = 4
_REQUIRED = ("id", "title", "stage", "date", "feature")
_BEFORE_TASKS = (
    "constitution",
    "spec",
    "plan",
    "tasks",
)  # stages of Spec-Kit Plus in which there are none yet
_NAMES = r"TITLE|STAGE|DATE|MODEL|FEATURE|BRANCH|COMMAND|TODO|TBD|[A-Z]{2,}(?:[_ ][A-Z0-9]+)+"
_PLACEHOLDER = pattern(
    rf"\{{\{{\s*[A-Z][A-Z0-9_ ]*\}}\}}|(?<![\w`])\[(?!NEEDS CLARIFICATION)(?:{_NAMES})\](?![(\w])"
)
_CODE = pattern(r"`[^`\n]*`")


class Defect(NamedTuple):
    """One thing that is wrong with a record."""

    line: int
    message: str


def invalidities(stored: StoredRecord) -> Iterator[Defect]:
    """Give what keeps a record from being complete: fields and sections that are missing or make no sense."""
    record = stored.record
    if stored.defect:
        yield Defect(1, f"The record cannot be read as written: {stored.defect}.")
        return
    fields = record._asdict()
    for key in _REQUIRED:
        if not fields[key]:
            yield Defect(stored.line(key), f"The field `{key}` is missing or empty.")
    if not record.tasks and record.stage not in _BEFORE_TASKS:
        yield Defect(
            stored.line("tasks"),
            "The field `tasks` names no task, so the record cannot be found from its task.",
        )
    if record.date and not _is_date(record.date):
        yield Defect(stored.line("date"), f"{record.date!r} is not a date of the form YYYY-MM-DD.")
    if record.stage and record.stage not in STAGES:
        yield Defect(
            stored.line("stage"), f"{record.stage!r} is not a stage; the stages are {', '.join(STAGES)}."
        )
    for section in SECTIONS:
        if section not in record.sections:
            yield Defect(1, f"The section `## {section}` is missing.")
    if PROMPT in record.sections and not record.sections[PROMPT]:
        yield Defect(1, f"The section `## {PROMPT}` is empty.")


def placeholders(stored: StoredRecord) -> Iterator[Defect]:
    """Give what a template left unfilled. Fenced text and code are quotations, and may hold anything."""
    for number, line in lines_of_prose(stored.text):
        for match in _PLACEHOLDER.finditer(_CODE.sub("", line)):
            yield Defect(number, f"The placeholder {match[0]} was never filled in.")


def mismatches(stored: StoredRecord) -> Iterator[Defect]:
    """Give where a record's path and its fields tell different stories."""
    record, name = stored.record, read_name(stored.path)
    if not name.id:
        yield Defect(1, "The file's name is not of the form NNNN-slug.<stage>.prompt.md.")
        return
    if len(name.id) != ID_WIDTH:
        yield Defect(1, f"The number {name.id} in the file's name has not {ID_WIDTH} digits.")
    if record.id.isdecimal() and int(record.id) != int(name.id):
        yield Defect(stored.line("id"), f"The file is number {name.id}, the record says {record.id}.")
    if record.stage and record.stage != name.stage:
        yield Defect(
            stored.line("stage"),
            f"The file's stage is {name.stage or 'not given'}, the record's {record.stage}.",
        )
    home = record.stage if record.stage in OWN_DIRECTORY else slug(record.feature)
    if record.feature and name.directory not in (home, record.feature):
        yield Defect(
            stored.line("feature"),
            f"The file is in {name.directory}/, but the record is about {record.feature}.",
        )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
