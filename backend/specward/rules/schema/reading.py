"""What the rules of this family share: the data model, the chain of revisions, and the built comparison."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from specward.code.cache import Cache
from specward.contract.entry import entry_point
from specward.contract.served import digest_of
from specward.findings import Finding
from specward.project import Project
from specward.schema import DATA_MODEL
from specward.schema.model import DataModel
from specward.schema.reader import read_data_model
from specward.schema.revisions import Chain, Revision, candidates, read_revision

if TYPE_CHECKING:
    from specward.schema.case import Case, Outcome

_VERSION = "1"


def data_model(project: Project) -> DataModel:
    """The data models of all spec sets, as one: there is one database."""
    paths = dict.fromkeys(
        document.path
        for spec_set in project.spec_sets
        for document in spec_set.documents
        if document.role == DATA_MODEL
    )
    models = [read_data_model(path, project.text(path)) for path in paths]
    return DataModel(
        tuple(table for model in models for table in model.tables),
        tuple(statement for model in models for statement in model.statements),
        tuple(problem for model in models for problem in model.problems),
    )


def chain(project: Project) -> Chain:
    """The revisions in the territory."""
    cache = Cache.open(project.root, "revisions", _VERSION)
    found = []
    for path in sorted(candidates(project.files)):
        digest = project.files[path].digest
        known = None if project.tracked_state else cache.get(digest)
        if known is None:
            known = read_revision(path, project.text(path)) or []
            cache.put(digest, known)
        if known:
            found.append(_revision(path, known))
    cache.save()
    return Chain(tuple(found))


def _revision(path: str, known: Any) -> Revision:  # a revision, or what JSON makes of one
    name, follows, _, line, undoes = known
    return Revision(name, tuple(follows), path, line, undoes)


def outcome(project: Project) -> "Outcome":
    """The three databases held against each other: built anew, or remembered while nothing has changed."""
    from specward.schema import kept  # noqa: PLC0415
    from specward.schema.case import Case, Outcome  # noqa: PLC0415
    from specward.schema.hold import hold  # noqa: PLC0415 -- needs a database driver

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


def _key(project: Project, case: "Case") -> str:
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
