"""One file of the program: its names are known at once, its nodes when one is asked for."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias, TypeVar, cast

from specward.code.cache import Cache, digest
from specward.code.dataflow.sources.ddl import Declared, recalled
from specward.code.dataflow.sources.outline import Outline, outline, outline_of_sql
from specward.code.dataflow.sources.registrations import Spot, listed
from specward.code.dataflow.sources.tree import FunctionNode, Tree, parse
from specward.errors import CouldNotRunError

__all__ = ["FunctionNode", "Source", "Text", "read"]

Node = TypeVar("Node", bound=ast.AST)
Text: TypeAlias = str | Callable[[], str]  # or how to read it, once somebody asks


class Nodes(Mapping[str, Node]):
    """Nodes by name; the file is parsed when one is taken."""

    def __init__(self, names: Iterable[str], nodes: Callable[[], Mapping[str, Node]]) -> None:
        self._names = dict.fromkeys(names)
        self._nodes = nodes

    def __getitem__(self, name: str) -> Node:
        """Take a node.

        Raises:
            KeyError: there is none of this name.
        """
        if name not in self._names:
            raise KeyError(name)
        return self._nodes()[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is a node of this name."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the file."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._names)


class Source:
    """What a file contributes to the program. It depends on its text alone.

    Args:
        path: Where it is.
        text: What stands in it.
        known: Its outline, as `outline` gives it.
        tree: Its nodes, where it has been parsed.
        name: The digest of what stands in it, where that is known.
    """

    def __init__(
        self, path: str, text: Text, known: Outline, tree: Tree | None = None, name: str = ""
    ) -> None:
        self.path = path
        self.outline = known
        self._text = text
        self._tree = tree
        self._name = name

    @cached_property
    def functions(self) -> Nodes[FunctionNode]:
        """Its functions; methods are named with their class."""
        return Nodes(self.outline["functions"].split(), lambda: self.tree.functions)

    @cached_property
    def classes(self) -> Nodes[ast.ClassDef]:
        """Its classes."""
        return Nodes(self.outline["classes"], lambda: self.tree.classes)

    @cached_property
    def assigns(self) -> Nodes[ast.expr]:
        """What it assigns last to names of its own."""
        return Nodes(self.outline["assigns"].split(), lambda: self.tree.assigns)

    @cached_property
    def text(self) -> str:
        """What stands in it."""
        return _told(self._text)

    @cached_property
    def digest(self) -> str:
        """The digest of what stands in it."""
        return self._name or digest(self.text.encode(errors="surrogatepass"))

    @cached_property
    def ddl(self) -> tuple[Declared, ...]:
        """Tables that it creates by SQL text."""
        return tuple(map(recalled, self.outline["ddl"]))

    @property
    def tree(self) -> Tree:
        """All its nodes.

        Raises:
            CouldNotRunError: it cannot be parsed a second time.
        """
        self._tree = self._tree or parse(self.text)
        if self._tree is None:
            raise CouldNotRunError(f"{self.path} could be parsed before and cannot now: run again.")
        return self._tree

    @cached_property
    def dependencies(self) -> Mapping[Spot, ast.expr]:
        """What its routes and routers depend on, by place."""
        return listed(self.tree)

    def __contains__(self, name: str) -> bool:
        """Whether it defines a name; a method is named with its class."""
        return name in self.functions or name in self.classes or name in self.assigns

    def node(self, name: str) -> ast.AST | None:
        """What a name of it stands for: a function, a class, or what is assigned last."""
        return self.functions.get(name) or self.classes.get(name) or self.assigns.get(name)


def _told(text: Text) -> str:
    return text if isinstance(text, str) else text()


def read(path: str, text: Text, cache: Cache | None = None, name: str = "") -> Source | None:
    """Read one file.

    Args:
        path: Where it is.
        text: What stands in it.
        cache: Where outlines are kept by the text's digest.
        name: The digest of what stands in it, where that is known.

    Returns:
        The file; None where it is neither SQL nor Python that this interpreter can parse.
    """
    if path.endswith(".sql"):
        return Source(path, text, outline_of_sql(_told(text)), name=name)
    key = name or digest(_told(text).encode(errors="surrogatepass"))
    known = cache.get(key) if cache is not None else None
    if known is not None:
        return Source(path, text, cast("Outline", known), name=key) if known else None
    tree = parse(_told(text))
    found = outline(tree, _told(text)) if tree is not None else None
    if cache is not None:
        cache.put(key, found or {})
    return Source(path, text, found, tree, key) if found else None
