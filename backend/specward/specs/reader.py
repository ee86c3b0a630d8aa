"""Every specification of a repository, read: the one door from files to `specs.model`."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from specward.config import Config
from specward.errors import CouldNotRunError
from specward.specs.cache import Cache, Source
from specward.specs.document import Reading, read_document
from specward.specs.found import Feature, Found
from specward.specs.layouts import find_features
from specward.specs.model import Citation, Document, Place, Problem, SpecSet, Task

LARGEST_DOCUMENT = 64 * 1024 * 1024  # bytes


class Known(Protocol):
    """What is known of the contents of files; see `code.contents`."""

    def known(self, path: str) -> str:
        """Return the digest of a file that is as it was; empty where it must be read."""

    def note(self, path: str, status: os.stat_result, content: bytes) -> str:
        """Return the digest of a content that was just read."""


class _Content(NamedTuple):
    """What a document holds."""

    raw: Callable[[], bytes]
    digest: str


def read_specs(
    root: Path,
    config: Config,
    cache: Cache | None = None,
    known: Known | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[SpecSet, ...]:
    """Read every spec set of a repository. No document stops it: what cannot be read is a problem of its set.

    Args:
        root: the repository root.
        config: the project's settings.
        cache: keeps readings between runs; nothing is kept without one.
        known: what is known of the documents' contents, so that they need not be read.
        meanwhile: what else there is to do, should other processes read many documents that nobody knows.
    """
    with _no_collection(), _keeping(cache):
        features = find_features(root, config)
        documents = dict.fromkeys(found for feature in features for found in feature.documents)
        content = {found.path: _content(root, found, known) for found in documents}
        if cache:
            sources = (source for feature in features for source in _sources(feature, content))
            cache.prepare(sources, meanwhile)
        return tuple(_read_feature(feature, content, cache) for feature in features)


@contextmanager
def _keeping(cache: Cache | None) -> Iterator[None]:
    """Keep what was read; of a run that is broken off, too, so that the next one goes on from there."""
    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        if cache:
            cache.save(whole=is_whole)


def _read_feature(feature: Feature, content: dict[str, _Content | str], cache: Cache | None) -> SpecSet:
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
        tasks=_cited(feature, _joined([reading.tasks for reading in readings if reading.tasks])),
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


def _cited(feature: Feature, tasks: Sequence[Task]) -> Sequence[Task]:
    """Bind the tasks that say nothing of it to the documents that their feature is made of."""
    if not feature.cited:
        return tasks
    return tuple(
        task._replace(cites=task.cites or tuple(Citation(role, "", task.place) for role in feature.cited))
        for task in tasks
    )


def _sources(feature: Feature, content: dict[str, _Content | str]) -> Iterator[Source]:
    for role, path in feature.documents:
        found = content[path]
        if isinstance(found, _Content):
            yield Source(*found, role, path, feature.name)


def _reading(source: Source, cache: Cache | None) -> Reading:
    return cache.reading(source) if cache else read_document(*source.read())


def _content(root: Path, found: Found, known: Known | None) -> _Content | str:
    """Read a file that is not known; or say, in a sentence, why it cannot be read."""
    name = known.known(found.path) if known else ""
    if name:
        return _Content(lambda: _reread(root, found, name), name)
    answer = _read(root, found)
    if isinstance(answer, str):
        return answer
    status, raw = answer
    return _Content(lambda: raw, known.note(found.path, status, raw) if known else sha256(raw).hexdigest())


def _reread(root: Path, found: Found, name: str) -> bytes:
    """Read what was read before.

    Raises:
        CouldNotRunError: it is no longer that.
    """
    answer = _read(root, found)
    raw = b"" if isinstance(answer, str) else answer[1]
    if sha256(raw).hexdigest() != name:
        raise CouldNotRunError(f"{found.path} has changed while it was being checked: run again.")
    return raw


def _read(root: Path, found: Found) -> tuple[os.stat_result, bytes] | str:
    if not (root / found.path).is_file():
        return f"{found.path} does not exist, or is not a file."
    try:
        with (root / found.path).open("rb") as file:
            status, raw = os.fstat(file.fileno()), file.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        return f"{found.path} cannot be read: {error.strerror or error}."
    if len(raw) > LARGEST_DOCUMENT:
        return f"{found.path} is larger than {LARGEST_DOCUMENT >> 20} MB."
    return status, raw


def _unreadable(found: Found, message: str) -> Reading:
    problem = Problem(Place(found.path), message, "Fix or remove it: its content is unknown until then.")
    return Reading(Document(found.role, found.path, ()), (), (problem,))


def _spare(found: Found, read: str) -> Problem:
    return Problem(
        Place(found.path),
        f"{found.path} is not read: {read} is read as the same document ({found.role}).",
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
