"""Every specification of a repository, read: the one door from files to `specs.model`."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from specward.config import Config
from specward.specs.cache import Cache, Source
from specward.specs.document import Reading, read_document
from specward.specs.layouts import Feature, Found, find_features
from specward.specs.model import Document, Place, Problem, SpecSet, Task

LARGEST_DOCUMENT = 64 * 1024 * 1024  # bytes


def read_specs(root: Path, config: Config, cache: Cache | None = None) -> tuple[SpecSet, ...]:
    """Read every spec set of a repository. No document stops it: what cannot be read is a problem of its set.

    Args:
        root: the repository root.
        config: the project's settings.
        cache: keeps readings between runs; nothing is kept without one.
    """
    with _no_collection():
        features = find_features(root, config)
        content = {found.path: _read(root, found) for feature in features for found in feature.documents}
        if cache:
            cache.prepare(source for feature in features for source in _sources(feature, content))
        sets = tuple(_read_feature(feature, content, cache) for feature in features)
    if cache:
        cache.save()
    return sets


def _read_feature(feature: Feature, content: dict[str, bytes | str], cache: Cache | None) -> SpecSet:
    sources = {source.path: source for source in _sources(feature, content)}
    readings = [
        _reading(sources[found.path], cache)
        if found.path in sources
        else _unreadable(found, str(content[found.path]))
        for found in feature.documents
    ]
    paths = {found.role: found.path for found in reversed(feature.documents)}
    return SpecSet(
        feature=feature.name,
        documents=tuple(reading.document for reading in readings),
        tasks=_joined([reading.tasks for reading in readings if reading.tasks]),
        contract=paths.get("contract"),
        data_model=paths.get("data-model"),
        problems=(
            *(problem for reading in readings for problem in reading.problems),
            *(_spare(found, paths[found.role]) for found in feature.spare),
        ),
    )


def _joined(lists: list[Sequence[Task]]) -> Sequence[Task]:
    """Join the tasks of several documents; those of one, as is the rule, stay packed."""
    return lists[0] if len(lists) == 1 else tuple(task for tasks in lists for task in tasks)


def _sources(feature: Feature, content: dict[str, bytes | str]) -> Iterator[Source]:
    for role, path in feature.documents:
        raw = content[path]
        if isinstance(raw, bytes):
            yield Source(raw, role, path, feature.name)


def _reading(source: Source, cache: Cache | None) -> Reading:
    return cache.reading(source) if cache else read_document(*source)


def _read(root: Path, found: Found) -> bytes | str:
    """Read a file; or say, in a sentence, why it cannot be read."""
    try:
        with (root / found.path).open("rb") as file:
            raw = file.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        return f"{found.path} cannot be read: {error.strerror or error}."
    return (
        raw if len(raw) <= LARGEST_DOCUMENT else f"{found.path} is larger than {LARGEST_DOCUMENT >> 20} MB."
    )


def _unreadable(found: Found, message: str) -> Reading:
    problem = Problem(Place(found.path), message, "Mend or remove it: nothing that it should say is known.")
    return Reading(Document(found.role, found.path, ()), (), (problem,))


def _spare(found: Found, read: str) -> Problem:
    return Problem(
        Place(found.path),
        f"{found.path} is not read: {read} stands for the same document ({found.role}).",
        "Keep one of the two, or say which under [tool.specward.documents].",
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: a reading is many tuples without a cycle, and costs twice with it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
