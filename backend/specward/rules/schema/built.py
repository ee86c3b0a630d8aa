"""What the rules of this family share: three descriptions held against each other, in a database or not."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from specward.contract.entry import entry_point
from specward.contract.served import digest_of
from specward.findings import Finding
from specward.project import Project
from specward.rules.schema.reading import chain, data_model, migrations, models
from specward.schema import cache
from specward.schema.case import Case, Outcome
from specward.schema.revisions import candidates

if TYPE_CHECKING:
    from specward.database.server import Lend


def outcome(project: Project) -> Outcome:
    """The three descriptions held against each other, as far as this run can."""
    model = project.fact(data_model)
    if model.problems:
        return Outcome()
    texts = {path: project.text(path) for path in candidates(project.files)}
    tasks = tuple(task for spec_set in project.spec_sets for task in spec_set.tasks)
    case = Case(project.root, project.config, model, project.fact(chain), tasks, texts)
    found = _built(project, case, project.lend) if project.lend else _unbuilt(project, case)
    for note in found.notes:
        project.note(note)
    return found


def _unbuilt(project: Project, case: Case) -> Outcome:
    from specward.schema.unbuilt import hold_unbuilt  # noqa: PLC0415 -- only one of the two is needed

    return hold_unbuilt(case, project.fact(models), project.fact(migrations))


def _built(project: Project, case: Case, lend: "Lend") -> Outcome:
    """Three databases, built anew, or what came of them while nothing has changed."""
    from specward.schema.hold import hold  # noqa: PLC0415 -- all others work without a driver

    key = _key(project, case)
    found = None if project.tracked_state else cache.recall(project.root, key)
    if found is None:
        found = hold(case, lend)
        cache.keep(project.root, key, found)
    return found


def found(project: Project, code: str) -> Iterator[Finding]:
    """Give the findings of one rule."""
    yield from (finding for finding in project.fact(outcome).findings if finding.code == code)


def _key(project: Project, case: Case) -> str:
    """A name for everything that an outcome depends on."""
    database: object = project.config.table.get("database", {})
    roles = database.get("roles") if isinstance(database, Mapping) else None
    entry = entry_point(project.root, project.config)
    parts = (
        case.config,
        case.model,
        [(task.key, task.done, task.tables, task.place) for task in case.tasks],
        [(path, source.digest) for path, source in project.files.items()],
        project.text(roles) if isinstance(roles, str) else "",
        digest_of(project.root, entry) if entry else "",
    )
    return sha256(repr(parts).encode()).hexdigest()  # which writes out what no encoding has
