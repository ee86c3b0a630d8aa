"""What the rules of this family read: the data model, and the chain of revisions."""

from collections.abc import Mapping
from typing import Any

from specward.code.cache import Cache
from specward.code.sources import SourceFile, read_sources
from specward.project import Project
from specward.schema import DATA_MODEL
from specward.schema.model import DataModel
from specward.schema.reader import read_data_model
from specward.schema.revisions import Chain, Revision, candidates, read_revision

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
    for path, source in sorted(_revision_files(project).items()):
        digest = source.digest
        known = None if project.tracked_state else cache.get(digest)
        if known is None:
            known = read_revision(path, project.text(path)) or []
            cache.put(digest, known)
        if known:
            found.append(_revision(path, known))
    cache.save()
    return Chain(tuple(found))


def _revision_files(project: Project) -> Mapping[str, SourceFile]:
    paths = candidates(project.paths_there)
    if project.paths is None:
        return {path: project.files[path] for path in paths if path in project.files}
    return read_sources(project.root, paths, cached=not project.tracked_state, whole=False)


def _revision(path: str, known: Any) -> Revision:  # a revision, or what JSON makes of one
    name, follows, _, line, undoes = known
    return Revision(name, tuple(follows), path, line, undoes)
