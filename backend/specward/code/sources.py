"""What the gate knows of each file in the territory: its headers, its exceptions, its content's hash."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from specward.code.cache import Cache, digest
from specward.code.contents import Contents
from specward.code.headers import Field, Header, Mention, parse_headers
from specward.code.silencers import Silencer, parse_silencers
from specward.code.suppressions import Suppression, parse_suppressions
from specward.code.unseen import Unseen, parse_unseen

_VERSION = "6"
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

# Files that can carry a comment, and so a header. What cannot (JSON, images) is held by the permit alone.
TRACEABLE = frozenset({
    ".py", ".pyi", ".sql", ".toml", ".ini", ".cfg", ".mako", ".j2", ".jinja", ".html", ".yml", ".yaml", ".sh",
    ".js", ".ts", ".css",
})  # fmt: skip


COMPILED = frozenset({".pyc", ".pyo", ".so", ".pyd"})  # what Python imports, and nobody can read


class SourceFile(NamedTuple):
    """The facts of one file."""

    path: str
    digest: str  # empty where the file could not be read
    headers: tuple[Header, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    empty: bool = False  # nothing but white space: nothing to trace
    trouble: str = ""  # why it could not be read as text
    silencers: tuple[Silencer, ...] = ()  # comments that keep the tools quiet without saying enough
    unseen: tuple[Unseen, ...] = ()  # where it runs code that nobody can read

    @property
    def header(self) -> Header | None:
        """The header that speaks for the whole file."""
        return next((header for header in self.headers if header.leading), None)

    @property
    def is_traceable(self) -> bool:
        """Whether its format knows comments, so that it can carry a header."""
        return os.path.splitext(self.path)[1] in TRACEABLE or self.is_folder  # noqa: PTH122 -- asked often

    @property
    def is_compiled(self) -> bool:
        """Whether it is code that nobody can read."""
        return os.path.splitext(self.path)[1] in COMPILED  # noqa: PTH122 -- asked often

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder whose files cannot be told: one that is locked, or another repository."""
        return self.path.endswith("/")

    @property
    def needs_header(self) -> bool:
        """Whether it can and must say which task it implements."""
        return self.is_traceable and not self.empty and not self.trouble


def read_sources(
    root: Path,
    paths: Iterable[str],
    *,
    cached: bool = True,
    whole: bool = True,
    contents: Contents | None = None,
) -> Mapping[str, SourceFile]:
    """Read the facts of files, from the cache where their content is known. No link is followed.

    Args:
        root: The repository's top.
        paths: The files, relative to it.
        cached: Whether facts of an earlier run may be believed.
        whole: Whether these are all files; a look at a few must not drop what is known of the others.
        contents: What is known of the files' contents.
    """
    cache = Cache.open(root, "sources", _VERSION) if cached else None
    contents = contents or Contents(root, None)
    found = {path: _read(root, path, cache, contents) for path in paths}
    if cache:
        cache.save(whole=whole)
    return {path: source for path, source in found.items() if source is not None}


def read_source(path: str, text: str) -> SourceFile:
    """Read the facts of one file from its text."""
    return _parse(path, digest(text.encode("utf-8", "surrogatepass")), text)


def _read(root: Path, path: str, cache: Cache | None, contents: Contents) -> SourceFile | None:
    name = contents.known(path)
    known = _recalled(path, name, cache) if name else None
    if known is not None:
        return known
    try:
        with open(os.open(root / path, _FLAGS), "rb") as stream:  # noqa: PTH123 -- pathlib takes no flags
            status, content = os.fstat(stream.fileno()), stream.read()
    except OSError as error:
        return None if os.path.islink(root / path) else SourceFile(path, "", trouble=f"{error.strerror}")  # noqa: PTH114
    name = contents.note(path, status, content)
    known = _recalled(path, name, cache)
    if known is not None:
        return known
    source = _decode(path, name, content)
    if cache:
        cache.put(_key(path, name), source[2:])
    return source


def _recalled(path: str, name: str, cache: Cache | None) -> SourceFile | None:
    known = cache.get(_key(path, name)) if cache else None
    return _load(path, name, known) if isinstance(known, list) else None


def _key(path: str, name: str) -> str:
    """The same text means other things in another language."""
    return name + path.rpartition(".")[2]


def _decode(path: str, name: str, content: bytes) -> SourceFile:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return SourceFile(path, name, trouble=f"byte {error.start} is not UTF-8")
    return _parse(path, name, text)


def _parse(path: str, name: str, text: str) -> SourceFile:
    python = path.endswith((".py", ".pyi"))
    trouble = "it holds a NUL character" if "\0" in text else _other_reading(text) if python else ""
    if trouble:
        return SourceFile(path, name, trouble=trouble)
    suppressions = parse_suppressions(text, python=python)
    source = SourceFile(path, name, parse_headers(text), suppressions, empty=not text.strip())
    if not python:
        return source
    return source._replace(silencers=parse_silencers(text), unseen=parse_unseen(text))


def _other_reading(text: str) -> str:
    """Say why Python does not read a text as it stands (PEP 263): a comment here may be code there."""
    head = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if "coding" not in "".join(head.split("\n", 2)[:2]):
        return ""
    import io  # noqa: PLC0415  # 4 ms that hardly a file needs
    import tokenize  # noqa: PLC0415

    content = text.encode("utf-8", "surrogatepass")
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(head.encode("utf-8", "surrogatepass")).readline)
        same = declared.startswith("utf-8") or content.decode(declared) == text
    except (SyntaxError, LookupError, ValueError) as error:
        return f"its first lines declare an encoding that does not hold ({error})"
    return "" if same else f"Python reads it as {declared}, and that is another text"


def _load(path: str, name: str, known: list[Any]) -> SourceFile:
    headers, suppressions, empty, trouble, silencers, unseen = known
    return SourceFile(
        path,
        name,
        tuple(_load_header(*header) for header in headers),
        tuple(Suppression(tuple(codes), *rest) for codes, *rest in suppressions),
        empty,
        trouble,
        tuple(Silencer(*silencer) for silencer in silencers),
        tuple(Unseen(*place) for place in unseen),
    )


def _load_header(fields: list[Any], leading: bool, tasks: list[Any], sections: list[Any]) -> Header:  # noqa: FBT001
    return Header(
        tuple([Field(*field) for field in fields]),
        leading,
        tuple([Mention(tuple(text), line, column) for text, line, column in tasks]),
        tuple([Mention(tuple(text), line, column) for text, line, column in sections]),
    )
