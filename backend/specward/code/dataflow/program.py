"""The program: sources put together, names followed from module to module."""

import ast
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from specward.code.dataflow.source import FunctionNode, Source
from specward.code.dataflow.values import Definition


class Found(NamedTuple):
    """What a name stands for: the module that defines it, its name there, and the node."""

    module: str  # path
    name: str  # "" for the module itself
    node: ast.AST | None


Resolved: TypeAlias = Found | str  # a string is a dotted name outside the project

_DEEPEST_CHAIN = 12


class Program:
    """All sources, with a way to ask what a name means in one of them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = {source.path: source for source in sources}
        self._by_name: dict[str, list[str]] = {}
        self._methods: dict[str, list[Definition]] = {}
        self._answers: dict[tuple[str, str], Resolved | None] = {}
        self._bases: dict[Definition, list[Definition | str]] = {}
        self._ancestries: dict[Definition, list[Definition]] = {}
        self._set_later: dict[Definition, frozenset[str]] = {}
        self._found: dict[tuple[Definition, str], tuple[Definition, FunctionNode] | None] = {}
        for source in self.sources.values():
            self._index(source)

    def _index(self, source: Source) -> None:
        steps = source.path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(steps)):
            self._by_name.setdefault(".".join(steps[start:]), []).append(source.path)
        for name in source.functions:
            owner, dot, method = name.rpartition(".")
            if dot:
                self._methods.setdefault(method, []).append(Definition(source.path, owner))

    def owners_of(self, method: str) -> list[Definition]:
        """The classes that define a method of this name."""
        return self._methods.get(method, [])

    def resolve(self, path: str, dotted: str) -> Resolved | None:
        """What a dotted name means in a module; None where it is not known there."""
        key = (path, dotted)
        if key not in self._answers:
            self._answers[key] = self._resolve(path, dotted, _DEEPEST_CHAIN)
        return self._answers[key]

    def imported(self, path: str, target: str) -> Resolved | None:
        """What `import target` or `from package import name` brings into a module."""
        return self._imported(path, target, _DEEPEST_CHAIN)

    def find(self, path: str, dotted: str) -> Found | None:
        """The same, for names defined in the project only."""
        found = self.resolve(path, dotted)
        return found if isinstance(found, Found) else None

    def class_of(self, definition: Definition) -> ast.ClassDef:
        """The node of a class."""
        return self.sources[definition.module].classes[definition.name]

    def bases(self, definition: Definition) -> list[Definition | str]:
        """The base classes in order: definitions, or dotted names outside the project."""
        if definition not in self._bases:
            self._bases[definition] = self._read_bases(definition)
        return self._bases[definition]

    def _read_bases(self, definition: Definition) -> list[Definition | str]:
        result: list[Definition | str] = []
        for base in self.class_of(definition).bases:
            name = dotted_name(base.value if isinstance(base, ast.Subscript) else base)
            found = self.resolve(definition.module, name) if name else None
            if isinstance(found, Found) and isinstance(found.node, ast.ClassDef):
                result.append(Definition(found.module, found.name))
            elif name:
                result.append(found if isinstance(found, str) else name)
        return result

    def ancestry(self, definition: Definition) -> list[Definition]:
        """The class and its bases inside the project, nearest first."""
        if definition not in self._ancestries:
            self._ancestries[definition] = self._read_ancestry(definition)
        return self._ancestries[definition]

    def _read_ancestry(self, definition: Definition) -> list[Definition]:
        seen: list[Definition] = []
        queue = [definition]
        while queue:
            current = queue.pop(0)
            if current in seen or current.name not in self.sources[current.module].classes:
                continue
            seen.append(current)
            queue = [base for base in self.bases(current) if isinstance(base, Definition)] + queue
        return seen

    def outside_bases(self, definition: Definition) -> set[str]:
        """The last parts of the names of bases outside the project."""
        names = [
            base for item in self.ancestry(definition) for base in self.bases(item) if isinstance(base, str)
        ]
        return {name.rpartition(".")[2] for name in names}

    def method(self, definition: Definition, name: str) -> tuple[Definition, FunctionNode] | None:
        """The method of that name, looked up along the ancestry."""
        key = (definition, name)
        if key not in self._found:
            self._found[key] = self._find_method(definition, name)
        return self._found[key]

    def _find_method(self, definition: Definition, name: str) -> tuple[Definition, FunctionNode] | None:
        for owner in self.ancestry(definition):
            node = self.sources[owner.module].functions.get(f"{owner.name}.{name}")
            if node is not None:
                return owner, node
        return None

    def set_later(self, definition: Definition) -> frozenset[str]:
        """Attributes that methods other than the constructor set: None is only what they start with."""
        if definition not in self._set_later:
            self._set_later[definition] = frozenset(
                node.attr
                for owner in self.ancestry(definition)
                for method in self.class_of(owner).body
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name != "__init__"
                for node in ast.walk(method)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            )
        return self._set_later[definition]

    def subclasses(self, definition: Definition) -> list[Definition]:
        """Classes of the project that derive from this one directly."""
        return [
            candidate
            for source in self.sources.values()
            for candidate in (Definition(source.path, name) for name in source.classes)
            if candidate != definition and definition in self.bases(candidate)
        ]

    def _resolve(self, path: str, dotted: str, depth: int) -> Resolved | None:
        if not depth or path not in self.sources:
            return None
        source = self.sources[path]
        head, _, rest = dotted.partition(".")
        if head in source.classes or head in source.functions or head in source.assigns:
            return self._local(source, dotted)
        if head in source.imports:
            target = source.imports[head] + (f".{rest}" if rest else "")
            return self._imported(path, target, depth - 1)
        for star in source.stars:
            module = self._module(path, star)
            if module and module != path:
                found = self._resolve(module, dotted, depth - 1)
                if found is not None:
                    return found
        return None

    def _local(self, source: Source, dotted: str) -> Resolved | None:
        head = dotted.partition(".")[0]
        if dotted in source.functions:
            return Found(source.path, dotted, source.functions[dotted])
        if dotted in source.classes:
            return Found(source.path, dotted, source.classes[dotted])
        if dotted == head and head in source.assigns:
            return Found(source.path, head, source.assigns[head])
        return None

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
                    return Found(module, "", None)
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
        source = self.sources[module]
        if name in source.assigns or name in source.functions or name in source.classes:
            return self._local(source, name)
        imported = source.imports.get(name, "")
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
            if candidate in self.sources:
                return self._resolve(candidate, tail, depth) if tail else Found(candidate, "", None)
        return None

    def _module(self, path: str, dotted: str) -> str | None:
        """The path of a module, absolute or relative to another one."""
        level = len(dotted) - len(dotted.lstrip("."))
        if level:
            steps = path.split("/")[:-level]
            stem = "/".join([*steps, *filter(None, dotted[level:].split("."))])
            known = [
                item for item in (f"{stem}.py", f"{stem}/__init__.py".lstrip("/")) if item in self.sources
            ]
            return known[0] if known else None
        candidates = self._by_name.get(dotted, [])
        return max(candidates, key=lambda candidate: _shared(candidate, path), default=None)


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def dotted_name(node: ast.AST) -> str:
    """`a.b.c` as text; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            head = dotted_name(value)
            return f"{head}.{attr}" if head else ""
        case ast.Constant(value=str(name)) if name.replace(".", "_").isidentifier():
            return name
        case _:
            return ""
