"""Readings kept between runs, by the content they were read from, under `.specward/cache`.

A reading is found again only for the same bytes, the same role and the same reader. What a run needs of every
document lies in one file; the items, which it needs of a few, lie in a file for each document, which is read
when somebody asks for one. Each has its own checksum: what was cut short or damaged is as good as none. It
is no proof of anything: a run that must trust nobody (CI) starts without it.
"""

import contextlib
import functools
import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from specward.specs.document import Reading, read_document, whole_text
from specward.specs.model import Document, Place, Problem
from specward.specs.packed import Packed, Plain, pack_sections, pack_tasks, plain, unpack_section, unpack_task
from specward.storage import read_state

_FOLDER, _HEADS = ".specward/cache", "specs"
_DIGEST_SIZE = hashlib.sha256().digest_size

_FEWEST, _SMALLEST = 4, 1_000_000  # documents and bytes from which on processes are worth their start
_Pieces: TypeAlias = tuple[bytes, bytes]  # of the sections, of the tasks


class Source(NamedTuple):
    """A document to read: its bytes, what it is, where it stands and whose it is."""

    raw: Callable[[], bytes]
    digest: str  # of its bytes
    role: str
    path: str
    feature: str

    def read(self) -> tuple[bytes, str, str, str]:
        """Return what a reading is made of."""
        return self.raw(), self.role, self.path, self.feature


class Cache:
    """The readings of the last run, and those of this one. It never fails: at worst it holds nothing."""

    def __init__(self, root: Path) -> None:
        self._folder = root / _FOLDER
        heads = _load(self._folder / _HEADS)
        self._before: dict[str, Plain] = heads if isinstance(heads, dict) else {}
        self._now: dict[str, Plain] = {}
        self._given: list[str] = []

    @property
    def state(self) -> str:
        """Name all that was read, in its order: as long as this is the same, so are the readings."""
        return hashlib.sha256("\n".join(self._given).encode()).hexdigest()

    def reading(self, source: Source) -> Reading:
        """Read a document, or give the reading that the same bytes had before."""
        key = _key(source)
        self._given.append(key)
        if key not in self._now:
            known = self._before.get(key)
            self._now[key] = known if known is not None else self._kept(key, _packed(*source.read()))
        return _reading(self._now[key], source, functools.cache(lambda: self._pieces(key, source)))

    def prepare(self, sources: Iterable[Source], meanwhile: Callable[[], object]) -> None:
        """Read many documents at once, on all processors, where that is worth the start of the processes.

        Args:
            sources: The documents.
            meanwhile: What else there is to do then.
        """
        new = {key: source for source in sources if (key := _key(source)) not in self._before}
        if len(new) < _FEWEST:
            return
        given = [source.read() for source in new.values()]
        if sum(len(raw) for raw, *_ in given) < _SMALLEST:
            return
        from specward.specs.processes import read_at_once  # noqa: PLC0415  # 20 ms that few runs need

        for key, packed in zip(new, read_at_once(_packed, given, meanwhile), strict=True):
            self._now[key] = self._kept(key, packed)

    def save(self, *, whole: bool = True) -> None:
        """Write which readings this run has where they differ from the last run's; remove what is gone.

        Args:
            whole: Whether the run came to read everything.
        """
        kept = self._now if whole else self._before | self._now
        if kept.keys() == self._before.keys():
            return
        _write(self._folder / _HEADS, kept)
        for key in self._before.keys() - kept.keys():
            with contextlib.suppress(OSError):
                self._place(key).unlink()

    def _pieces(self, key: str, source: Source) -> _Pieces:
        """Give the items of a document; where they are lost, it is read again."""
        pieces: _Pieces | None = _load(self._place(key))
        if pieces is None:
            _, pieces = packed = _packed(*source.read())
            self._kept(key, packed)
        return pieces

    def _kept(self, key: str, packed: tuple[Plain, _Pieces]) -> Plain:
        head, pieces = packed
        _write(self._place(key), pieces)
        return head

    def _place(self, key: str) -> Path:
        return self._folder / f"{_HEADS}-{key[:32]}"


def _load(path: Path) -> Plain:
    """Return what was written; None where that is lost."""
    try:
        raw = memoryview(read_state(path))
    except OSError:
        return None
    digest, payload = raw[:_DIGEST_SIZE], raw[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    try:
        return marshal.loads(payload)  # noqa: S302  # its checksum is right: we wrote it
    except (ValueError, EOFError, TypeError):  # with another Python, perhaps
        return None


def _write(path: Path, value: Plain) -> None:
    """Write a value, if the folder can be written."""
    payload = marshal.dumps(value)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(payload).digest() + payload)
        part.replace(path)


def _key(source: Source) -> str:
    name = "\0".join((reader_digest(), *source[1:]))
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()


@functools.cache
def reader_digest() -> str:
    """Identify the reader by its own source, so that a changed reader reads anew."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _packed(raw: bytes, role: str, path: str, feature: str) -> tuple[Plain, _Pieces]:
    """Read a document and pack the reading; this is what the worker processes do."""
    document, tasks, problems = read_document(raw, role, path, feature)
    sections, their_pieces = pack_sections(document.sections, whole_text(raw))
    listed, pieces = pack_tasks(tasks)
    return (role, path, sections, listed, plain(problems)), (their_pieces, pieces)


def _reading(packed: Plain, source: Source, pieces: Callable[[], _Pieces]) -> Reading:
    role, path, sections, tasks, problems = packed
    unpack = functools.partial(unpack_section, whole=lambda: whole_text(source.raw()))
    document = Document(role, path, Packed(sections, lambda: pieces()[0], unpack))
    return Reading(document, Packed(tasks, lambda: pieces()[1], unpack_task), tuple(map(_problem, problems)))


def _problem(value: Plain) -> Problem:
    return Problem(Place(*value[0]), *value[1:])
