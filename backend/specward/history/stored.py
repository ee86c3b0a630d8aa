"""The records of a repository, and which tasks they are about."""

from pathlib import Path

from specward.code.files import list_files
from specward.findings import Severity
from specward.history.model import PATTERN, StoredRecord
from specward.history.reader import read_record
from specward.project import Project
from specward.specs.ids import TaskReference, parse_task_ids
from specward.specs.model import Task, TaskKey
from specward.traces import TaskIndex

LARGEST = 4_000_000  # bytes; a verbatim prompt can be long, a record is no archive


def read_records(root: Path) -> tuple[StoredRecord, ...]:
    """Read every record of a repository. No record stops it.

    Args:
        root: the repository root.
    """
    return tuple(_read(root, path) for path in list_files(root, (PATTERN,)))


def records(project: Project) -> tuple[StoredRecord, ...]:
    """Return every record of the project; a fact."""
    return read_records(project.root)


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


def _read(root: Path, path: str) -> StoredRecord:
    return read_record(path, _text(root / path))


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as stream:
            return stream.read(LARGEST).decode(errors="replace")
    except OSError:
        return ""
