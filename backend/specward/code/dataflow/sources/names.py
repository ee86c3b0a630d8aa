"""Names: followed from module to module, to where they are defined."""

import ast
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from specward.code.dataflow.sources.grounds import Grounds, Remembered
from specward.code.dataflow.sources.source import Source


class Found(NamedTuple):
    """What a name stands for: the module that defines it, and its name there."""

    module: str  # path
    name: str  # "" for the module itself
    source: Source

    @property
    def node(self) -> ast.AST | None:
        """The node that defines it; None for a module."""
        return self.source.node(self.name)

    @property
    def is_class(self) -> bool:
        """Whether it is a class; its file need not be parsed to know that."""
        return self.name in self.source.classes and self.name not in self.source.functions


Resolved: TypeAlias = Found | str  # a string is a dotted name outside the project

_DEEPEST_CHAIN = 12
ASKED = "\0"  # between a question about all files and what it asks for; no path has it


class Names:
    """All sources, with a way to ask what a name means in one of them; what an answer rests on is noted."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = {source.path: source for source in sources}
        self.grounds = Grounds()
        self._by_last: dict[str, list[str]] = {}  # by the last part of their names
        self._meant: dict[str, list[str]] = {}
        self._answers = Remembered(self.grounds, self._answer)
        for source in self.sources.values():
            if source.path.endswith(".py"):
                self._by_last.setdefault(_last(_stem(source.path)), []).append(source.path)

    def source(self, path: str) -> Source:
        """The facts of a file."""
        self.grounds.noted.add(path)
        return self.sources[path]

    def modules(self, dotted: str) -> list[str]:
        """The files that a dotted name can mean."""
        if dotted not in self._meant:
            end = "/" + dotted.replace(".", "/")
            alike = self._by_last.get(_last(end), [])
            self._meant[dotted] = [path for path in alike if f"/{_stem(path)}".endswith(end)]
        return self._meant[dotted]

    def resolve(self, path: str, dotted: str) -> Resolved | None:
        """What a dotted name means in a module; None where it is not known there."""
        return self._answers((path, dotted))

    def _answer(self, name: tuple[str, str]) -> Resolved | None:
        return self._resolve(*name, _DEEPEST_CHAIN)

    def imported(self, path: str, target: str) -> Resolved | None:
        """What `import target` or `from package import name` brings into a module."""
        return self._imported(path, target, _DEEPEST_CHAIN)

    def find(self, path: str, dotted: str) -> Found | None:
        """The same, for names defined in the project only."""
        found = self.resolve(path, dotted)
        return found if isinstance(found, Found) else None

    def _resolve(self, path: str, dotted: str, depth: int) -> Resolved | None:
        self.grounds.noted.add(path)
        if not depth or path not in self.sources:
            return None
        source = self.sources[path]
        head, _, rest = dotted.partition(".")
        if head in source:
            return self._local(source, dotted)
        if head in source.outline["imports"]:
            target = source.outline["imports"][head] + (f".{rest}" if rest else "")
            return self._imported(path, target, depth - 1)
        for star in source.outline["stars"]:
            module = self._module(path, star)
            if module and module != path:
                found = self._resolve(module, dotted, depth - 1)
                if found is not None:
                    return found
        return None

    def _local(self, source: Source, dotted: str) -> Resolved | None:
        return Found(source.path, dotted, source) if dotted in source else None

    def _imported(self, path: str, target: str, depth: int) -> Resolved | None:
        """Follow `package.module.name`: the longest prefix that is a module, then the rest inside it."""
        prefix, rest = target, ""
        while prefix.strip("."):
            module = self._module(path, prefix)
            if module is not None and not rest and not target.startswith("."):
                shadowing = self._rebound(path, prefix, depth)
                if shadowing is not None:
                    return shadowing
            if module is not None:
                if not rest:
                    return self._file(module)
                found = self._resolve(module, rest, depth) if module != path else None
                return found or self._submodule(module, rest, depth) or target
            prefix, _, last = prefix.rpartition(".")
            if target.startswith(".") and not prefix.strip("."):
                prefix = "." * (len(target) - len(target.lstrip(".")))
                return self._relative(path, prefix, target.lstrip("."), depth) or target
            rest = f"{last}.{rest}" if rest else last
        return target

    def _rebound(self, path: str, target: str, depth: int) -> Resolved | None:
        """What a package binds to the name of its own module: `db = Database()` in `app/db/__init__`."""
        package, dot, name = target.rpartition(".")
        module = self._module(path, package) if dot else None
        if module is None or not module.endswith("__init__.py") or module == path or not depth:
            return None
        source = self.source(module)
        if name in source:
            return self._local(source, name)
        imported = source.outline["imports"].get(name, "")
        if imported.count(".") > imported.endswith(f".{name}") and imported.rpartition(".")[0].strip("."):
            found = self._imported(module, imported, depth - 1)
            return found if isinstance(found, Found) and found.name else None
        return None

    def _relative(self, path: str, dots: str, rest: str, depth: int) -> Resolved | None:
        package = self._module(path, dots)
        return self._resolve(package, rest, depth) if package and package != path else None

    def _submodule(self, package: str, rest: str, depth: int) -> Resolved | None:
        head, _, tail = rest.partition(".")
        directory = package.removesuffix("__init__.py")
        if directory == package:
            return None
        for candidate in (f"{directory}{head}.py", f"{directory}{head}/__init__.py"):
            if self._exists(candidate):
                return self._resolve(candidate, tail, depth) if tail else self._file(candidate)
        return None

    def _file(self, path: str) -> Found:
        return Found(path, "", self.sources[path])

    def _exists(self, path: str) -> bool:
        self.grounds.noted.add(path)
        return path in self.sources

    def _module(self, path: str, dotted: str) -> str | None:
        """The path of a module, absolute or relative to another one."""
        level = len(dotted) - len(dotted.lstrip("."))
        if level:
            steps = path.split("/")[:-level]
            stem = "/".join([*steps, *filter(None, dotted[level:].split("."))])
            return next(filter(self._exists, (f"{stem}.py", f"{stem}/__init__.py".lstrip("/"))), None)
        self.grounds.noted.add(f"module{ASKED}{dotted}")
        return max(self.modules(dotted), key=lambda candidate: _shared(candidate, path), default=None)


def _stem(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__")


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
