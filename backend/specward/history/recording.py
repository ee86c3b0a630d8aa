"""Put a record where it belongs: the only door through which `history/prompts` grows."""

from pathlib import Path

from specward.errors import CouldNotRunError
from specward.history.compose import Circumstances, compose
from specward.history.model import StoredRecord
from specward.history.naming import next_number, record_path
from specward.history.reader import read_record
from specward.history.stored import named_tasks, read_records
from specward.history.validity import invalidities, mismatches, placeholders
from specward.history.work import Work
from specward.history.writer import render
from specward.specs.ids import squash
from specward.specs.model import Task

_ATTEMPTS = 100  # records that others make in the same moment


def find_record(
    root: Path, task: Task, work: Work, known: frozenset[str] | None = None
) -> StoredRecord | None:
    """Return the record that already tells of this work: the same task, the same files.

    Args:
        root: the repository root.
        task: what was to be done.
        work: what was done.
        known: the paths of the records that may; None is every one.
    """
    return next(
        (
            stored
            for stored in read_records(root)
            if (known is None or stored.path in known)
            and {*stored.record.files, *stored.record.tests} == {*work.files, *work.tests}
            and stored.record.feature == task.key.feature
            and any(squash(named.id) == squash(task.key.id) for named in named_tasks(stored))
        ),
        None,
    )


def write_record(root: Path, task: Task, work: Work, circumstances: Circumstances) -> str:
    """Write a record under the next free number and return its path, relative to `root`.

    Raises:
        CouldNotRunError: what would be written is no valid record, or the disk refuses.
    """
    for _ in range(_ATTEMPTS):
        title = f"{task.key.id}: {task.title}"
        folder = root / Path(record_path(task.key.feature, 1, title, circumstances.stage)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            number = next_number(entry.name for entry in folder.iterdir())
            path = record_path(task.key.feature, number, title, circumstances.stage)
            text = render(compose(number, task, work, circumstances))
            _refuse_invalid(read_record(path, text))
            with (root / path).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            continue  # somebody else took the number
        except OSError as error:
            raise CouldNotRunError(f"No record can be written in {folder}: {error.strerror}.") from error
        return path
    raise CouldNotRunError(f"Other processes took every number in {folder}. Try again.")


def _refuse_invalid(stored: StoredRecord) -> None:
    for defects in (invalidities, placeholders, mismatches):
        for defect in defects(stored):
            raise CouldNotRunError(
                f"The record would not be valid. {defect.message} Correct the task or the options."
            )
