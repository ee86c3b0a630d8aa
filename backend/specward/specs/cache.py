"""Readings kept between runs, by the content they were read from, under `.specward/cache`.

A reading is found again only for the same bytes, the same role and the same reader. The file carries its own
checksum: one that was cut short or damaged is as good as none. It is no proof of anything: a run that must
trust nobody (CI) starts without it.
"""

import contextlib
import functools
import hashlib
import marshal
import os
import sys
from pathlib import Path
from typing import Any, TypeAlias

from specward.specs.document import Reading, read_document
from specward.specs.model import Citation, Document, Operation, Place, Problem, Section, Task, TaskKey

_FILE = ".specward/cache/specs"
_DIGEST_SIZE = hashlib.sha256().digest_size

# What marshal gives back: plain tuples of the model's shape, for which the checksum and the keys vouch.
Plain: TypeAlias = Any


class Cache:
    """The readings of the last run, and those of this one. It never fails: at worst it holds nothing."""

    def __init__(self, root: Path) -> None:
        self._path = root / _FILE
        self._before = _load(self._path)
        self._now: dict[str, Plain] = {}

    def reading(self, raw: bytes, role: str, path: str, feature: str) -> Reading:
        """Read a document, or give the reading that the same bytes had before."""
        key = _key(raw, role, path, feature)
        plain = self._before.get(key)
        if plain is None:
            reading = read_document(raw, role, path, feature)
            self._now[key] = _plain(reading)
            return reading
        self._now[key] = plain
        return _reading(plain)

    def save(self) -> None:
        """Write this run's readings where they differ from the last run's, if the folder can be written."""
        if self._now.keys() == self._before.keys():
            return
        payload = marshal.dumps(self._now)
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(payload).digest() + payload)
            part.replace(self._path)


def _load(path: Path) -> dict[str, Plain]:
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    digest, payload = raw[:_DIGEST_SIZE], raw[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        return {}
    readings: dict[str, Plain] = marshal.loads(payload)  # noqa: S302  # its checksum is right: we wrote it
    return readings


def _key(raw: bytes, role: str, path: str, feature: str) -> str:
    said = f"{_reader_digest()}\0{role}\0{path}\0{feature}".encode(errors="surrogateescape")
    return hashlib.sha256(said + b"\0" + raw).hexdigest()


@functools.cache
def _reader_digest() -> str:
    """Identify the reader by its own source, so that a changed reader reads anew."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _plain(value: Plain) -> Plain:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _reading(plain: Plain) -> Reading:
    document, tasks, problems = plain
    return Reading(_document(document), tuple(map(_task, tasks)), tuple(map(_problem, problems)))


def _document(plain: Plain) -> Document:
    role, path, sections = plain
    return Document(role, path, tuple(_section(*section) for section in sections))


def _section(document: str, anchors: tuple[str, ...], title: str, text: str, place: Plain) -> Section:
    return Section(document, anchors, title, text, Place(*place))


def _problem(plain: Plain) -> Problem:
    return Problem(Place(*plain[0]), *plain[1:])


def _task(plain: Plain) -> Task:
    task = Task._make(plain)
    return task._replace(
        key=TaskKey(*task.key),
        cites=tuple([Citation(document, anchor, Place(*where)) for document, anchor, where in task.cites]),
        operations=tuple([Operation(*operation) for operation in task.operations]),
        place=Place(*task.place),
    )
