"""What the rules of this family read: the data model, and the chain of revisions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from specward.code.cache import Cache
from specward.code.sources import SourceFile, read_sources
from specward.project import Project
from specward.schema import DATA_MODEL
from specward.schema.model import DataModel
from specward.schema.named import migration_files
from specward.schema.reader import read_data_model
from specward.schema.revisions import Chain, Revision, candidates, read_revision

if TYPE_CHECKING:
    from specward.schema.models import Models
    from specward.specs.model import Problem

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
    """The revisions in the territory: all of them, since a look at one must know whom it follows."""
    cache = Cache.open(project.root, "revisions", _VERSION)
    found = []
    for path, source in _revision_files(project).items():
        digest = source.digest
        known = None if project.tracked_state else cache.get(digest)
        if known is None:
            known = read_revision(path, project.text(path)) or []
            cache.put(digest, known)
        if known:
            found.append(_revision(path, known))
    cache.save()
    return Chain(tuple(found))


def models(project: Project) -> "Models | Problem | None":
    """What the application's models state; asked here only where no database is built for the comparison."""
    from specward.schema.models import read_models  # noqa: PLC0415 -- a look at a file never asks

    if project.builds:
        return None
    return read_models(project.root, project.config, cached=not project.tracked_state)


def migrations(project: Project) -> Mapping[str, str] | None:
    """The texts of the migrations' files, by path; None where the project has no migrations."""
    paths = migration_files(project.files)
    database: object = project.config.table.get("database", {})
    runs = isinstance(database, Mapping) and database.get("migrate")
    return {path: project.text(path) for path in paths} if runs or project.fact(chain).revisions else None


def _revision_files(project: Project) -> Mapping[str, SourceFile]:
    paths = candidates(project.paths_there)
    if project.paths is None:
        return {path: project.files[path] for path in paths if path in project.files}
    cached, contents = not project.tracked_state, project.contents
    return read_sources(project.root, paths, cached=cached, whole=False, contents=contents)


def _revision(path: str, known: Any) -> Revision:  # a revision, or what JSON makes of one
    name, follows, _, line, undoes = known
    return Revision(name, tuple(follows), path, line, undoes)
