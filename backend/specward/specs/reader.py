"""Every specification of a repository, read: the one door from files to `specs.model`."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specward.config import Config
from specward.specs.cache import Cache
from specward.specs.document import Reading, read_document
from specward.specs.layouts import Feature, Found, find_features
from specward.specs.model import Document, Place, Problem, SpecSet

LARGEST_DOCUMENT = 64 * 1024 * 1024  # bytes


def read_specs(root: Path, config: Config, cache: Cache | None = None) -> tuple[SpecSet, ...]:
    """Read every spec set of a repository. No document stops it: what cannot be read is a problem of its set.

    Args:
        root: the repository root.
        config: the project's settings.
        cache: keeps readings between runs; nothing is kept without one.
    """
    with _no_collection():
        sets = tuple(_read_feature(root, feature, cache) for feature in find_features(root, config))
    if cache:
        cache.save()
    return sets


def _read_feature(root: Path, feature: Feature, cache: Cache | None) -> SpecSet:
    readings = [_read(root, found, feature.name, cache) for found in feature.documents]
    paths = {found.role: found.path for found in reversed(feature.documents)}
    return SpecSet(
        feature=feature.name,
        documents=tuple(reading.document for reading in readings),
        tasks=tuple(task for reading in readings for task in reading.tasks),
        contract=paths.get("contract"),
        data_model=paths.get("data-model"),
        problems=(
            *(problem for reading in readings for problem in reading.problems),
            *(_spare(found, paths[found.role]) for found in feature.spare),
        ),
    )


def _read(root: Path, found: Found, feature: str, cache: Cache | None) -> Reading:
    try:
        with (root / found.path).open("rb") as file:
            raw = file.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        return _unreadable(found, f"{found.path} cannot be read: {error.strerror or error}.")
    if len(raw) > LARGEST_DOCUMENT:
        return _unreadable(found, f"{found.path} is larger than {LARGEST_DOCUMENT >> 20} MB.")
    if cache is None:
        return read_document(raw, found.role, found.path, feature)
    return cache.reading(raw, found.role, found.path, feature)


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
