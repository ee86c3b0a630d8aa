"""What the rules that need a database share: the three schemas, built and held against each other."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from specward.contract.entry import entry_point
from specward.contract.served import digest_of
from specward.findings import Finding
from specward.project import Project
from specward.rules.schema.reading import chain, data_model
from specward.schema import kept
from specward.schema.case import Case, Outcome
from specward.schema.revisions import candidates


def outcome(project: Project) -> Outcome:
    """The three databases held against each other: built anew, or remembered while nothing has changed."""
    from specward.schema.hold import hold  # noqa: PLC0415 -- `explain` works without a driver

    model = project.fact(data_model)
    if model.problems or project.lend is None:
        return Outcome()
    texts = {path: project.text(path) for path in sorted(candidates(project.files))}
    tasks = tuple(task for spec_set in project.spec_sets for task in spec_set.tasks)
    case = Case(project.root, project.config, model, project.fact(chain), tasks, texts)
    key = _key(project, case)
    found = None if project.tracked_state else kept.recall(project.root, key)
    if found is None:
        found = hold(case, project.lend)
        kept.keep(project.root, key, found)
    for note in found.notes:
        project.note(note)
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
        sorted((path, source.digest) for path, source in project.files.items()),
        project.text(roles) if isinstance(roles, str) else "",
        digest_of(project.root, entry) if entry else "",
    )
    return sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()
