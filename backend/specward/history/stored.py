"""The records of a repository, and which tasks they are about."""

from pathlib import Path
from typing import cast

from specward import frontmatter
from specward.code.cache import Cache
from specward.code.files import list_files
from specward.findings import Severity
from specward.history import reader
from specward.history.model import PATTERN, StoredRecord
from specward.history.reader import Kept, kept, read_record, recalled
from specward.project import Project
from specward.specs.ids import TaskReference, parse_task_ids
from specward.specs.model import Task, TaskKey
from specward.traces import TaskIndex

LARGEST = 4_000_000  # bytes; a verbatim prompt can be long, a record is no archive


def read_records(root: Path, cache: Cache | None = None) -> tuple[StoredRecord, ...]:
    """Read every record of a repository. No record stops it.

    Args:
        root: the repository root.
        cache: keeps what was read between runs.
    """
    found = tuple(_read(root, path, cache) for path in list_files(root, (PATTERN,)))
    if cache:
        cache.save()
    return found


def records(project: Project) -> tuple[StoredRecord, ...]:
    """Return every record of the project; a fact."""
    return read_records(project.root, project.cache("records", reader.__file__, frontmatter.__file__))


def judged_records(project: Project) -> tuple[StoredRecord, ...]:
    """Return the records that this run is about; a fact."""
    if project.paths is None:
        return project.fact(records)
    return tuple(
        _read(project.root, path) for path in list_files(project.root, (PATTERN,)) if project.covers(path)
    )


def recorded_tasks(project: Project) -> frozenset[TaskKey]:
    """Return every task that a record is about; a fact."""
    return frozenset(
        task.key
        for stored in project.fact(records)
        for reference in named_tasks(stored)
        for task in tasks_of(project.tasks, reference, stored.record.feature)
    )


def named_tasks(stored: StoredRecord) -> tuple[TaskReference, ...]:
    """Return the tasks that a record names: in `tasks`, or in title and labels where it has no such key."""
    record = stored.record
    return parse_task_ids("; ".join(record.tasks or (record.title, *record.labels)))


def tasks_of(index: TaskIndex, reference: TaskReference, feature: str) -> tuple[Task, ...]:
    """Return the tasks that a name in a record may mean: those of the record's feature before all others."""
    return index.find(f"{feature}/{reference.id}") or index.find(str(reference))


def severity(project: Project, stored: StoredRecord) -> Severity:
    """New work is held strictly; an old record that is wrong only warns, for it cannot be lived again."""
    return Severity.ERROR if stored.path in project.changed else Severity.WARNING


def _read(root: Path, path: str, cache: Cache | None = None) -> StoredRecord:
    text = _text(root / path)
    if cache is None:
        return read_record(path, text)
    return recalled(path, text, cast("Kept", cache.fact(text, kept)))


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as stream:
            return stream.read(LARGEST).decode(errors="replace")
    except OSError:
        return ""
