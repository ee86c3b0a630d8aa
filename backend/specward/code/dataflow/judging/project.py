"""The analysis of a project on disk, kept as long as no file of it changes."""

import os
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from specward.code.cache import Cache, digest
from specward.code.contents import Contents
from specward.code.dataflow.owners.options import Options
from specward.code.dataflow.owners.settings import read_options
from specward.code.dataflow.result import Analysis, OwnedTable, Sight, Site, Violation
from specward.code.files import list_files
from specward.errors import CouldNotRunError

if TYPE_CHECKING:
    from specward.code.dataflow.judging.recall import Memory
    from specward.code.dataflow.sources.source import Source

_ENGINE = Path(__file__).parents[1]
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_LARGEST_SQL = 2_000_000  # bytes; what is larger is a dump of data


def sql_files(root: Path, exclude: Sequence[str]) -> list[str]:
    """List the files of SQL that may declare tables, wherever in the repository they lie.

    Args:
        root: The repository's top.
        exclude: Patterns of what the project leaves out.
    """
    found = list_files(root, ("**/*.sql",), exclude=exclude)
    return [path for path in found if _is_schema(root / path)]


def _is_schema(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False  # gone, or another rule reports that nobody may look at it
    return stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST_SQL


class Code:
    """The Python files of a project, for the analysis: read and analysed where nothing is kept of them.

    Args:
        root: The repository's top.
        paths: The files, relative to it.
        table: The `[tool.specward]` table.
        cached: Whether a result of an earlier run may be believed.
        contents: What is known of the files' contents.

    Raises:
        CouldNotRunError: a setting of `[tool.specward.isolation]` cannot be used.
    """

    def __init__(
        self,
        root: Path,
        paths: Iterable[str],
        table: Mapping[str, object],
        *,
        cached: bool,
        contents: Contents | None = None,
    ) -> None:
        self._root = root
        self._options = read_options(table)
        contents = contents or Contents(root, None)
        self._names = {path: contents.known(path) or _name(root, path, contents) for path in paths}
        self._key = _key(self._names, self._options)
        self._version = _version() if cached else ""
        self._cache = Cache.open(root, "isolation", self._version) if cached else None

    def read(self) -> None:
        """Read what the analysis will be made of, unless it is known; it takes most of the time."""
        if self._known is None:
            _ = self._sources

    def analysis(self) -> Analysis:
        """Analyse it.

        Raises:
            CouldNotRunError: a file has just changed.
        """
        if self._known is not None:
            return self._known
        from specward.code.dataflow.judging.analysis import analyse_sources  # noqa: PLC0415  # see `result`
        from specward.code.dataflow.judging.workers import Workers  # noqa: PLC0415

        sources, analysis = self._sources, None
        try:
            with Workers() as workers:
                analysis = analyse_sources(sources, self._options, workers, self._memory)
                analysis = analysis._replace(unread=self._unread(sources))
        finally:  # whoever has no more time goes on from here the next time
            self._keep(whole=analysis is not None)
        if self._cache is not None:
            self._cache.put(self._key, analysis._asdict())
            self._cache.save()
        return analysis

    def _unread(self, sources: "Iterable[Source]") -> tuple[str, ...]:
        read = {source.path for source in sources}
        return tuple(sorted(path for path in self._names if path.endswith(".py") and path not in read))

    @cached_property
    def _known(self) -> Analysis | None:
        known = self._cache.get(self._key) if self._cache is not None else None
        return _load(known) if isinstance(known, dict) else None

    @cached_property
    def _sources(self) -> "list[Source]":
        from specward.code.dataflow.judging.analysis import read_files  # noqa: PLC0415

        files = {path: partial(_text, self._root, path, name) for path, name in self._names.items()}
        try:
            return read_files(files, self._memory, self._names)
        except BaseException:  # as of a run that is given up
            self._keep(whole=False)
            raise

    @cached_property
    def _memory(self) -> "Memory | None":
        from specward.code.dataflow.judging.recall import Memory  # noqa: PLC0415

        return Memory.open(self._root, self._version) if self._version else None

    def _keep(self, *, whole: bool) -> None:
        if self._memory is not None:
            self._memory.save(whole=whole)


def _version() -> str:
    """Name the engine: nothing is believed that another one found, or that another Python read."""
    walked = ((folder, name) for folder, _, names in os.walk(_ENGINE) for name in names)
    files = (f"{folder}/{name}" for folder, name in walked if name.endswith(".py"))
    states = ((path.removeprefix(str(_ENGINE)), os.stat(path)) for path in files)  # noqa: PTH116 -- pathlib is slow here
    parts = sorted(f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in states)
    return digest("\n".join([sys.version, *parts]).encode())


def source_texts(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Read files by path; what cannot be read is empty."""
    return {path: _decoded(_read(root, path)[1]) for path in paths}


def _name(root: Path, path: str, contents: Contents) -> str:
    status, content = _read(root, path)
    return contents.note(path, status, content) if status else digest(content)


def _text(root: Path, path: str, name: str) -> str:
    """Return the text whose digest was taken.

    Raises:
        CouldNotRunError: it is another one by now.
    """
    _, content = _read(root, path)
    if digest(content) != name:
        raise CouldNotRunError(f"{path} has changed while it was judged: run again.")
    return _decoded(content)


def _decoded(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _read(root: Path, path: str) -> tuple[os.stat_result | None, bytes]:
    """Read a file; a pipe without a writer is empty, and what cannot be read another rule reports."""
    try:
        with open(os.open(root / path, _FLAGS), "rb") as stream:  # noqa: PTH123 -- pathlib takes no flags
            return os.fstat(stream.fileno()), stream.read()
    except OSError:
        return None, b""


def _key(names: Mapping[str, str], options: Options) -> str:
    parts = [f"{path}\0{name}" for path, name in sorted(names.items())]
    return digest("\0".join([repr(options), *parts]).encode(errors="surrogatepass"))


def _site(kept: tuple[str, int, int, list[str]]) -> Site:
    path, line, column, chain = kept
    return Site(path, line, column, tuple(chain))


def _load(known: dict[str, object]) -> Analysis:
    """An analysis as it was kept; the cache holds lists where there were tuples."""
    violations = known["violations"]
    tables, unread, seen = known["tables"], known["unread"], known["sight"]
    if not isinstance(violations, list) or not isinstance(tables, dict) or not isinstance(unread, list):
        return Analysis((), {})
    found = tuple(
        Violation(code, table, _site(site), changes, tuple(map(_site, follows)))
        for code, table, site, changes, follows in violations
    )
    owned = {name: OwnedTable(*fields) for name, fields in tables.items()}
    return Analysis(found, owned, tuple(unread), _sight(seen))


def _sight(kept: object) -> Sight | None:
    if not isinstance(kept, list):
        return None
    has_users, routes, reaching, unbound, by = kept
    return Sight(has_users, routes, reaching, unbound, tuple(by))
