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
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from specward.specs.document import Reading, read_document, whole_text
from specward.specs.model import Document, Place, Problem
from specward.specs.packed import Packed, Plain, pack_sections, pack_tasks, plain, unpack_section, unpack_task
from specward.storage import read_state

_FILE = ".specward/cache/specs"
_DIGEST_SIZE = hashlib.sha256().digest_size

_FEWEST, _SMALLEST = 4, 1_000_000  # documents and bytes from which on processes are worth their start


class Source(NamedTuple):
    """A document to read: its bytes, what it is, where it stands and whose it is."""

    raw: bytes
    role: str
    path: str
    feature: str


class Cache:
    """The readings of the last run, and those of this one. It never fails: at worst it holds nothing."""

    def __init__(self, root: Path) -> None:
        self._path = root / _FILE
        self._before = _load(self._path)
        self._now: dict[str, Plain] = {}

    def reading(self, source: Source) -> Reading:
        """Read a document, or give the reading that the same bytes had before."""
        key = _key(source)
        if key not in self._now:
            self._now[key] = self._before[key] if key in self._before else _packed(*source)
        return _reading(self._now[key], source.raw)

    def prepare(self, sources: Iterable[Source]) -> None:
        """Read many documents at once, on all processors, where that is worth the start of the processes."""
        new = {key: source for source in sources if (key := _key(source)) not in self._before}
        if len(new) < _FEWEST or sum(len(source.raw) for source in new.values()) < _SMALLEST:
            return
        from specward.specs.processes import read_at_once  # noqa: PLC0415  # 20 ms that few runs need

        self._now.update(zip(new, read_at_once(_packed, new.values()), strict=True))

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
        raw = read_state(path)
    except OSError:
        return {}
    digest, payload = raw[:_DIGEST_SIZE], raw[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        return {}
    try:
        readings: dict[str, Plain] = marshal.loads(payload)  # noqa: S302  # its checksum is right: we wrote it
    except (ValueError, EOFError, TypeError):  # with another Python, perhaps
        return {}
    return readings


def _key(source: Source) -> str:
    raw, *said = source
    name = "\0".join((reader_digest(), *said)).encode(errors="surrogateescape")
    return hashlib.sha256(name + b"\0" + raw).hexdigest()


@functools.cache
def reader_digest() -> str:
    """Identify the reader by its own source, so that a changed reader reads anew."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _packed(raw: bytes, role: str, path: str, feature: str) -> Plain:
    """Read a document and pack the reading; this is what the worker processes do."""
    document, tasks, problems = read_document(raw, role, path, feature)
    sections = pack_sections(document.sections, whole_text(raw))
    return role, path, sections, pack_tasks(tasks), plain(problems)


def _reading(packed: Plain, raw: bytes) -> Reading:
    role, path, sections, tasks, problems = packed
    unpack = functools.partial(unpack_section, whole=functools.partial(whole_text, raw))
    document = Document(role, path, Packed(sections, unpack))
    return Reading(document, Packed(tasks, unpack_task), tuple(map(_problem, problems)))


def _problem(value: Plain) -> Problem:
    return Problem(Place(*value[0]), *value[1:])
