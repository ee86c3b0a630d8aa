"""A change creates, alters or drops a table that its task does not name.

A task's tables are part of what a person approved: a permit for `orders` does not cover `customers`, even in
a migration that the task may write. The rule covers the revisions and SQL files of the migrations (tables,
columns, indexes, constraints, policies, triggers and grants) and the classes of models, each compared with
its text before the change. If a task is bound, its `Tables` count, else those of the tasks that the file
names. The rule does not apply to a project whose tasks name no tables.

A table's name may be composed, as long as every part of it is in the file: constants, f-strings, loops over
literals. A statement whose table is known only at run time is reported too, because it cannot be checked
against `Tables`. Statements made elsewhere, by a library or the database, are not seen here; their effect on
the database is (SW516, SW517).

A library's own tables, such as those of a queue, are in no data model, so no task can name them. A person who
agrees with them says so at the head of the file: `-- specward: allow SW308 -- the tables of the queue`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from specward.code.diff import Change
from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import HEADER, SPECS, Example
from specward.specs.model import Place, Task

SUMMARY = "a table is changed that no task of the change names"
_BOOKKEEPING = "alembic_version"  # Alembic's own table is no part of anybody's data model
_UNTOLD = ""  # the table of a statement that does not say which
_PATH = "backend/app/orders/migrations/versions/one.py"
_WORLD = {"specs/tasks.md": SPECS["specs/tasks.md"].replace("**Tables**: none", "**Tables**: `orders`")}


def _revision(table: str) -> str:
    return f'{HEADER}\nfrom alembic import op\n\n\ndef upgrade() -> None:\n    op.drop_table("{table}")\n'


GOOD = Example({**_WORLD, _PATH: _revision("orders")}, before=_WORLD)
BAD = Example({**_WORLD, _PATH: _revision("customers")}, before=_WORLD)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each file and table, at the first statement or class that touches it."""
    findings = _findings(project)
    first = next(findings, None)
    if first and _names_tables(project):  # asked last: it unpacks tasks, of which there may be 20,000
        yield first
        yield from findings


def _names_tables(project: Project) -> bool:
    return any(task.tables for spec_set in project.spec_sets for task in spec_set.tasks)


def _findings(project: Project) -> Iterator[Finding]:
    for change in project.changes:
        if not project.is_territory(change.path) or not project.covers(change.path) or change.is_symlink:
            continue
        tasks = _tasks(project, change)
        permitted = {_bare(table) for task in tasks for table in task.tables}
        for table, line in _touched(project, change.path).items():
            if table == _UNTOLD:
                yield _untold(Place(change.path, line))
            elif _bare(table) not in permitted and table != _BOOKKEEPING:
                yield _outside(Place(change.path, line), table, tasks)


def _tasks(project: Project, change: Change) -> tuple[Task, ...]:
    """Return the tasks that answer for a change; those a file named before only where it is gone."""
    if project.bound:
        return project.bound
    if change.kind == "deleted":
        return tuple(dict.fromkeys((*project.changed_tasks, *project.tasks_before(change.path))))
    return tuple(task for trace in project.traces.get(change.path, ()) for task in trace.tasks)


def _touched(project: Project, path: str) -> Mapping[str, int]:
    """Return the tables that a change touches, each with its line; 1 where all of it is gone."""
    if path.endswith(".sql") or (path.endswith(".py") and "/versions/" in f"/{path}"):
        read: Callable[[str, str], Mapping[tuple[str, str], int]] = _statements
    elif path.endswith((".py", ".pyi")):
        read = _classes
    else:
        return {}
    before, after = read(path, project.text_before(path) or ""), read(path, project.text(path))
    lines: dict[str, int] = {}
    for part in sorted(after.keys() - before.keys(), key=after.__getitem__):
        lines.setdefault(part[0], after[part])
    for table in {table for table, _ in before.keys() - after.keys()} - {_UNTOLD}:
        there = (line for part, line in after.items() if part[0] == table)
        lines.setdefault(table, min(there, default=1))
    return lines


def _statements(path: str, text: str) -> Mapping[tuple[str, str], int]:
    """Return the lines of the statements on tables, by table and words."""
    from specward.schema.edits import PART, TABLE, UNTOLD, read_edits  # noqa: PLC0415  # few changes need it

    edits = (edit for edit in read_edits(path, text) if edit.kind in {TABLE, PART, UNTOLD})
    return {(edit.subject, f"{edit.verb} {' '.join(edit.text.split())}"): edit.line for edit in edits}


def _classes(_path: str, text: str) -> Mapping[tuple[str, str], int]:
    """Return the lines of the classes, by table and what is said of it; a class without columns counts."""
    from specward.schema.mapped import read_mapped  # noqa: PLC0415  # nor this

    return {(table, part): line for table, line, parts in read_mapped(text) for part in ("", *parts)}


def _bare(table: str) -> str:
    return table.rpartition(".")[2].strip('"').lower()


def _outside(place: Place, table: str, tasks: tuple[Task, ...]) -> Finding:
    ids = " and ".join(task.key.id for task in tasks)
    told = f"{ids} {'does' if len(tasks) == 1 else 'do'} not name" if tasks else "no task of this file names"
    message = f"This changes the table {table}, which {told} under Tables."
    hint = "Undo it, or let a person add the table to the task and approve it again."
    return Finding("SW308", Severity.ERROR, place, message, hint, tuple(task.place for task in tasks))


def _untold(place: Place) -> Finding:
    return Finding(
        "SW308",
        Severity.ERROR,
        place,
        "This changes a table that is known only at run time, so no task's Tables can be checked.",
        "Write the table's name into the statement, or loop over names that stand in this file.",
    )
