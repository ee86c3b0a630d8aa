"""The program: all sources put together, with what their classes are and hold."""

import ast
from collections.abc import Iterable
from functools import cached_property

from specward.code.dataflow.sources.dotted import dotted_name
from specward.code.dataflow.sources.grounds import Remembered
from specward.code.dataflow.sources.names import ASKED, Found, Names, Resolved
from specward.code.dataflow.sources.source import FunctionNode, Source
from specward.code.dataflow.values import Definition

__all__ = ["Found", "Program", "Resolved", "dotted_name"]


class Program(Names):
    """All sources, with a way to ask what a name means and what a class is.

    What an answer rests on is noted: files by their path, questions about all files by a word before NUL.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        super().__init__(sources)
        self.bases = Remembered(self.grounds, self._read_bases)
        self.ancestry = Remembered(self.grounds, self._read_ancestry)
        self.set_later = Remembered(self.grounds, self._read_set_later)
        self.members = Remembered(self.grounds, self._read_members)
        self._found = Remembered(self.grounds, self._find_method)

    @cached_property
    def _methods(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for source in self.sources.values():
            for name in source.functions:
                owner, dot, method = name.rpartition(".")
                if dot:
                    found.setdefault(method, []).append(Definition(source.path, owner))
        return found

    def owners_of(self, method: str) -> list[Definition]:
        """The classes that define a method of this name."""
        self.grounds.noted.add(f"method{ASKED}{method}")
        return self._methods.get(method, [])

    def state(self, ground: str) -> str:
        """What was said there; answers that rest on it hold as long as that stays the same."""
        kind, question, name = ground.rpartition(ASKED)
        if not question:
            return self.sources[name].digest if name in self.sources else ""
        if kind == "module":
            return repr(self.modules(name))
        owners = self._methods.get(name, []) if kind == "method" else self._below.get(_definition(name), [])
        return repr([*map(_label, owners)])

    def class_of(self, definition: Definition) -> ast.ClassDef:
        """The node of a class."""
        return self.source(definition.module).classes[definition.name]

    def _read_bases(self, definition: Definition) -> list[Definition | str]:
        """The base classes in order: definitions, or dotted names outside the project."""
        result: list[Definition | str] = []
        for name in self.source(definition.module).outline["classes"][definition.name]:
            found = self.resolve(definition.module, name)
            if isinstance(found, Found) and found.is_class:
                result.append(Definition(found.module, found.name))
            else:
                result.append(found if isinstance(found, str) else name)
        return result

    def _read_members(self, definition: Definition) -> dict[str, list[ast.stmt]]:
        """What a class assigns, annotates or defines as a class, by name."""
        found: dict[str, list[ast.stmt]] = {}
        for member in self.class_of(definition).body:
            match member:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name))
                    | ast.ClassDef(name=name)
                ):
                    found.setdefault(name, []).append(member)
                case _:
                    pass
        return found

    def _read_ancestry(self, definition: Definition) -> list[Definition]:
        """The class and its bases inside the project, nearest first."""
        seen: list[Definition] = []
        queue = [definition]
        while queue:
            current = queue.pop(0)
            if current in seen or current.name not in self.source(current.module).classes:
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
        return self._found((definition, name))

    def _find_method(self, wanted: tuple[Definition, str]) -> tuple[Definition, FunctionNode] | None:
        definition, name = wanted
        for owner in self.ancestry(definition):
            node = self.source(owner.module).functions.get(f"{owner.name}.{name}")
            if node is not None:
                return owner, node
        return None

    def _read_set_later(self, definition: Definition) -> frozenset[str]:
        """Attributes that methods other than the constructor set: None is only what they start with."""
        return frozenset(
            node.attr
            for owner in self.ancestry(definition)
            for method in self.class_of(owner).body
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name != "__init__"
            for node in ast.walk(method)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        )

    def subclasses(self, definition: Definition) -> list[Definition]:
        """Classes of the project that derive from this one directly."""
        below = self._below.get(definition, [])
        self.grounds.noted.add(f"below{ASKED}{_label(definition)}")
        return below

    @cached_property
    def _below(self) -> dict[Definition, list[Definition]]:
        """The classes that derive from each: it rests on every file, so a question notes its answer."""
        found: dict[Definition, list[Definition]] = {}
        around, self.grounds.noted = self.grounds.noted, set()
        for source in self.sources.values():
            for candidate in (Definition(source.path, name) for name in source.classes):
                for base in {item for item in self.bases(candidate) if isinstance(item, Definition)}:
                    found.setdefault(base, []).append(candidate)
        self.grounds.noted = around
        return found


def _label(definition: Definition) -> str:
    return f"{definition.module}:{definition.name}"


def _definition(label: str) -> Definition:
    module, _, name = label.rpartition(":")
    return Definition(module, name)
