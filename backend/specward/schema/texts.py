"""The texts that the expressions of a Python file may have, as far as the file itself says.

Nothing is run. Read are constants, f-strings, sums, and names that get their every value here, in a loop over
literals, too. What is not known is written `{}`, like a place that `str.format` fills.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import NamedTuple, TypeGuard

UNKNOWN = "{}"
_MOST = 500  # texts of one expression; of more than that, none is told apart
_DEEPEST = 8  # names that are made of names


class _Given(NamedTuple):
    """A value that a name is given: an expression, or what is reached from it."""

    value: ast.expr
    steps: tuple[int | None, ...] = ()  # None: each element in turn; else the element at this place


def is_text(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether an expression is written as a text: a constant, an f-string, or a sum."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr) or _is_sum(node)


class Texts:
    """Reads the expressions of one module.

    Args:
        module: Where all names that count are given their values.
    """

    def __init__(self, module: ast.Module) -> None:
        self._given: dict[str, list[_Given]] = defaultdict(list)
        bound: Counter[str] = Counter()
        for node in ast.walk(module):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                bound[node.id] += 1
            elif isinstance(node, ast.arg):
                bound[node.arg] += 1
            for name, given in _gifts(node):
                self._given[name].append(given)
        self._known = {name for name, given in self._given.items() if len(given) == bound[name]}

    def of(self, node: ast.expr, depth: int = _DEEPEST) -> tuple[str, ...]:
        """Return each text that an expression may have, once.

        Args:
            node: The expression.
            depth: How many names deep it is followed.
        """
        match node:
            case ast.Constant(str() as text):
                return (text,)
            case ast.FormattedValue(value, conversion=-1, format_spec=None):
                return self.of(value, depth)
            case ast.Name(name) if depth and name in self._known:
                return self._of_name(name, depth - 1)
            case _ if is_text(node):
                return _joined([self.of(part, depth) for part in _parts(node)])
            case _:
                return (UNKNOWN,)

    def _of_name(self, name: str, depth: int) -> tuple[str, ...]:
        values = [value for given in self._given[name] for value in self._reached(given, depth)]
        return tuple(dict.fromkeys(text for value in values for text in self.of(value, depth)))

    def _reached(self, given: _Given, depth: int) -> Iterator[ast.expr]:
        """Give the expressions that a name stands for; one that is no text where that is not written here."""
        match given:
            case _Given(value, ()):
                yield value
            case _Given(ast.Tuple(items) | ast.List(items) | ast.Set(items), (place, *rest)):
                for item in items if place is None else items[place : place + 1]:
                    yield from self._reached(_Given(item, tuple(rest)), depth)
            case _Given(ast.Name(name), steps) if depth and name in self._known:
                for other in self._given[name]:
                    yield from self._reached(other._replace(steps=(*other.steps, *steps)), depth - 1)
            case _:
                yield ast.Constant(None)


def _is_sum(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _parts(text: ast.expr) -> list[ast.expr]:
    """Return what a text is made of. Sums may be long, and are as deep as they are long."""
    if isinstance(text, ast.JoinedStr):
        return text.values
    parts = []
    while _is_sum(text):
        parts.append(text.right)
        text = text.left
    return [text, *reversed(parts)]


def _gifts(node: ast.AST) -> Iterator[tuple[str, _Given]]:
    """Give the names that a statement gives a value, as far as it can be followed."""
    match node:
        case ast.Assign([target], value) | ast.AnnAssign(target, value=ast.expr() as value):
            yield from _unpacked(target, _Given(value))
        case ast.For(target, value):
            yield from _unpacked(target, _Given(value, (None,)))
        case _:
            return


def _unpacked(target: ast.expr, given: _Given) -> Iterator[tuple[str, _Given]]:
    if isinstance(target, ast.Name):
        yield target.id, given
    elif isinstance(target, ast.Tuple | ast.List):
        for place, part in enumerate(target.elts):
            yield from _unpacked(part, given._replace(steps=(*given.steps, place)))


def _joined(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Join what each part may be, in every combination; of too many, only what is the same in all."""
    if prod(map(len, parts)) > _MOST:
        parts = [part if len(part) == 1 else (UNKNOWN,) for part in parts]
    return tuple(dict.fromkeys("".join(chosen) for chosen in product(*parts)))
