"""A contract document as text: its value, and where in the text each part of it stands.

YAML is read by the core schema of YAML 1.2, which OpenAPI prescribes: `no` and `2026-01-01` are strings.
"""

import json
from functools import lru_cache
from typing import NamedTuple

import yaml

from specward.patterns import pattern
from specward.specs.model import Place, Problem
from specward.specs.nesting import LOADER, refuse_deep

_INTEGER = pattern(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = pattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_QUOTED = ("'", '"', "|", ">")
_LARGEST = 5_000_000  # values, aliases written out
_MERGE = "tag:yaml.org,2002:merge"


class Source(NamedTuple):
    """A document that could be parsed."""

    path: str  # relative to the repository root
    text: str
    value: object  # mappings (string keys), lists, strings, numbers, booleans and None
    problems: tuple[Problem, ...]


class ContractError(Exception):
    """A document that is not readable as a contract; the problem says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse(path: str, text: str) -> Source:
    """Parse a YAML or JSON document.

    Args:
        path: The document's path, for the places in diagnostics.
        text: Its content.

    Raises:
        ContractError: The text is neither YAML nor JSON, or nested beyond reason.
    """
    try:
        return _parse_json(path, text) if text.lstrip()[:1] == "{" else _parse_yaml(path, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        raise _unreadable(place, error.problem or "it cannot be parsed") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(Place(path), str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise _unreadable(Place(path), "it is nested too deeply") from error


def place(source: Source, pointer: str) -> Place:
    """Where a JSON pointer leads in the text; the nearest enclosing part when it leads nowhere."""
    try:
        node = _compose(source.text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Place(source.path)
    mark = node.start_mark if node else None
    for token in pointer.split("/")[1:]:
        step = _step(node, token.replace("~1", "/").replace("~0", "~")) if node else None
        if step is None:
            break
        key, node = step
        mark = key.start_mark
    return Place(source.path, mark.line + 1, mark.column + 1) if mark else Place(source.path)


def _unreadable(where: Place, reason: str) -> ContractError:
    message = f"The contract is neither YAML nor JSON: {reason}."
    return ContractError(Problem(where, message, "Fix the syntax here."))


def _parse_json(path: str, text: str) -> Source:
    try:
        repeated: list[str] = []
        value: object = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, repeated))
    except json.JSONDecodeError:
        return _parse_yaml(path, text)  # a YAML flow mapping also opens with a brace
    problems = tuple(_repeated(Place(path), key) for key in repeated)
    return Source(path, text, value, problems)


def _unique(pairs: list[tuple[str, object]], repeated: list[str]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
    return mapping


def _parse_yaml(path: str, text: str) -> Source:
    root = _compose(text)
    reader = _Values(path)
    return Source(path, text, reader.value(root) if root else None, tuple(reader.problems))


@lru_cache(maxsize=4)
def _compose(text: str) -> yaml.Node | None:
    refuse_deep(text)
    return yaml.compose(text, Loader=LOADER)


class _Values:
    """Values of nodes. The node of an anchor gives one object, however often it is used."""

    def __init__(self, path: str) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._made: dict[int, object] = {}
        self._sizes: dict[int, int] = {}  # values that it would take to write a node out

    def value(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._made:
            if id(node) not in self._sizes:
                raise ValueError("an alias in it refers to a part that contains it")
            return self._made[id(node)]
        mapping: dict[str, object] = {}
        items: list[object] = []
        if isinstance(node, yaml.MappingNode):
            self._made[id(node)] = mapping
            self._fill(mapping, node)
            parts = [part for _, part in node.value]
        else:
            self._made[id(node)] = items
            items.extend(self.value(item) for item in node.value)
            parts = node.value
        self._sizes[id(node)] = 1 + sum(self._sizes.get(id(part), 1) for part in parts)
        if self._sizes[id(node)] > _LARGEST:
            raise ValueError(f"with its aliases it holds more than {_LARGEST:,} values")
        return self._made[id(node)]

    def _fill(self, mapping: dict[str, object], node: yaml.MappingNode) -> None:
        for key, item in node.value:
            if key.tag == _MERGE:
                for merged in item.value if isinstance(item, yaml.SequenceNode) else [item]:
                    inherited = self.value(merged)
                    if isinstance(inherited, dict):
                        mapping.update({k: v for k, v in inherited.items() if k not in mapping})
        written: set[str] = set()
        for key, item in node.value:
            if key.tag == _MERGE:
                continue
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in written:
                where = Place(self._path, key.start_mark.line + 1, key.start_mark.column + 1)
                self.problems.append(_repeated(where, name))
            written.add(name)
            mapping[name] = self.value(item)


def _repeated(where: Place, key: str) -> Problem:
    return Problem(where, f"The key `{key}` is written twice in one mapping.", "Keep one of the two.")


def _scalar(node: yaml.ScalarNode) -> object:
    text = str(node.value)
    if node.style in _QUOTED:
        return text
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if text in {"", "~"} or text.lower() == "null":
        return None
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _step(node: yaml.Node, token: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, item) for key, item in node.value if key.value == token), None)
    if isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        return node.value[int(token)], node.value[int(token)]
    return None
