"""Which mutants a module has, and how one takes the module's place in a running process."""

import ast
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from bench.mutation.operators import changes

# What an example of a rule is made of is a test's data, not the rule.
_EXAMPLES = frozenset({"SUMMARY", "GOOD", "BAD"})
_PLAIN = (int, str, bytes, type(None))  # values that may be the same object by chance


class Mutant(NamedTuple):
    """One small mistake in one module."""

    module: str
    line: int
    function: str  # empty at the top of the module
    before: str
    after: str
    make: Callable[[], ast.Module]  # the module's tree with the mistake; only to be called once

    @property
    def key(self) -> str:
        """What it is called in the list of equivalent ones: no line, which moves."""
        return f"{self.module.removeprefix('specward.')} {self.function}: {self.before} → {self.after}"


def mutants_of(module: str) -> Iterator[Mutant]:
    """Give every mutant of a module, in the order of its text."""
    tree = ast.parse(Path(import_module(module).__file__ or "").read_text(encoding="utf-8"))
    judged, data = _reached(tree), _only_for_examples(tree)
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in data:
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            name = statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and _names(statement) & judged:
            name = ""
        else:
            continue
        for place in _places(statement):
            for other in changes(place.node):
                ast.copy_location(other, place.node)
                yield Mutant(
                    module, place.line, name, _words(place.node), _words(other), _maker(tree, place, other)
                )


class _Place(NamedTuple):
    node: ast.AST
    line: int
    put: Callable[[ast.AST], None]  # another node into its place


def _places(node: ast.AST, line: int = 0) -> Iterator[_Place]:
    """Give the nodes of a statement that may be changed, the outer ones first."""
    for name, value in ast.iter_fields(node):
        if _is_left_alone(node, name):
            continue
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if isinstance(child, ast.AST):
                here = getattr(child, "lineno", line)
                if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
                    yield _Place(child, here, _putter(node, name, index if isinstance(value, list) else None))
                yield from _places(child, here)


def _is_left_alone(node: ast.AST, field: str) -> bool:
    """Whether a field is for the type checker, or a format."""
    return (
        field in ("annotation", "returns", "decorator_list", "format_spec", "bases", "ctx", "pattern")
        or (field == "args" and isinstance(node, ast.Call) and ast.unparse(node.func) == "cast")
        or (field == "value" and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    )


def _putter(parent: ast.AST, field: str, index: int | None) -> Callable[[ast.AST], None]:
    def put(other: ast.AST) -> None:
        if index is None:
            setattr(parent, field, other)
        else:
            getattr(parent, field)[index] = other

    return put


def _maker(tree: ast.Module, place: _Place, other: ast.AST) -> Callable[[], ast.Module]:
    def make() -> ast.Module:
        place.put(other)
        return ast.fix_missing_locations(tree)

    return make


def _reached(tree: ast.Module) -> set[str]:
    """Return the names at the top of a module that its functions reach, by whatever way."""
    statements = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    code = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    reached = {name for node in code for name in _loaded(node)}
    while True:
        wider = reached | {name for node in statements if _names(node) & reached for name in _loaded(node)}
        if wider == reached:
            return reached - _EXAMPLES
        reached = wider


def _only_for_examples(tree: ast.Module) -> set[str]:
    """Return the names that examples are made with and no function needs."""
    examples = [n for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign) and _names(n) & _EXAMPLES]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {name for node in examples for name in _loaded(node)} - {
        name for node in functions for name in _loaded(node)
    }


def _loaded(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _names(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _words(node: ast.AST) -> str:
    """One line for a node; of a statement with a body, its head."""
    if isinstance(node, ast.comprehension):
        return " ".join(["for", *(f"if {ast.unparse(test)}" for test in node.ifs)])
    text = ast.unparse(node)
    return text.partition("\n")[0] if isinstance(node, ast.stmt) else " ".join(text.split())


def replace(mutant: Mutant) -> None:
    """Let the mutant take its module's place, also where somebody has imported from it."""
    module = import_module(mutant.module)
    before = dict(vars(module))
    exec(compile(mutant.make(), str(module.__file__), "exec"), vars(module))  # noqa: S102 -- our own source
    after = {id(value): vars(module)[name] for name, value in before.items() if not isinstance(value, _PLAIN)}
    for other in list(sys.modules.values()):
        if other is not module and other.__name__.startswith(("specward", "tests")):
            for name, value in list(vars(other).items()):
                if id(value) in after:
                    setattr(other, name, after[id(value)])
