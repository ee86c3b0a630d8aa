"""An API contract (OpenAPI, YAML or JSON) as sections: each operation by itself, with its `$ref`s inlined."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from specward.specs.model import Operation, Place, Problem, Section
from specward.specs.nesting import DEEPEST, LOADER, refuse_deep

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LARGEST_OPERATION = 50_000  # values; inlining may multiply without end

# A mapping of somebody else's document: nothing is known of it but what is asked.
Node: TypeAlias = dict[Any, Any]


class _UnfitError(Exception):
    """An operation that cannot stand by itself; the text goes on from its name."""


def read_contract(text: str, path: str) -> tuple[tuple[Section, ...], tuple[Problem, ...]]:
    """Read a contract's operations.

    Args:
        text: the document.
        path: where it stands, relative to the repository root.

    Returns:
        The document as a whole, then one section per operation, whose text is JSON in the document's order:
        parameters of the path, the security that holds and everything it refers to included. And what could
        not be read.
    """
    whole = Section("contract", ("",), path.rsplit("/", 1)[-1], text, Place(path))
    try:
        root = _parse(text, path)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        return (whole,), (_problem(Place(path), f"The contract cannot be read: {_first_line(error)}."),)
    if not isinstance(root, dict) or not isinstance(root.get("paths"), dict):
        return (whole,), (_problem(Place(path), "The contract has no paths."),)
    lines = text.split("\n")
    routes = _routes(lines)
    sections, problems = [whole], []
    for method, route, item in _operations(root["paths"]):
        operation = Operation(method.upper(), route)
        place = Place(path, _line(lines, routes.get(route), method))
        try:
            sections.append(_section(root, item, operation, place))
        except _UnfitError as error:
            problems.append(_problem(place, f"{operation} {error}."))
    return tuple(sections), tuple(problems)


def _parse(text: str, path: str) -> Any:
    if path.endswith(".json"):
        return json.loads(text)
    refuse_deep(text)
    return yaml.load(text, Loader=LOADER)  # noqa: S506  # one of the safe loaders


def _section(root: Node, item: Node, operation: Operation, place: Place) -> Section:
    method = operation.method.lower()
    body = json.dumps(_Inliner(root).operation(item, method), ensure_ascii=False)
    name = item[method].get("operationId") if isinstance(item[method], dict) else None
    anchors = (str(operation), str(name)) if name else (str(operation),)
    return Section("contract", anchors, str(operation), body, place)


class _Inliner:
    """Writes references out, for one operation at a time; a reference inside itself stays as it is."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._left = LARGEST_OPERATION

    def operation(self, item: Node, method: str) -> object:
        details = item[method] if isinstance(item[method], dict) else {}
        shared = {
            key: value
            for key, value in item.items()
            if key in ("parameters", "servers") and key not in details
        }
        own: Node = {**shared, **details}
        if "parameters" in item and "parameters" in details:
            own["parameters"] = [*_list(item["parameters"]), *_list(details["parameters"])]
        security = details.get("security", self._root.get("security"))
        if security is not None:
            own["security"] = security
            own["securitySchemes"] = self._schemes(security)
        return self._inline(own, ())

    def _schemes(self, security: object) -> Node:
        names = {name for need in _list(security) if isinstance(need, dict) for name in need}
        schemes = self._target("#/components/securitySchemes")
        return (
            {name: scheme for name, scheme in schemes.items() if name in names}
            if isinstance(schemes, dict)
            else {}
        )

    def _inline(self, value: Any, inside: tuple[str, ...], depth: int = 0) -> object:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise _UnfitError("is too large, or refers to itself endlessly")
        if isinstance(value, list):
            return [self._inline(part, inside, depth + 1) for part in value]
        if not isinstance(value, dict):
            return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
        reference = value.get("$ref")
        if not isinstance(reference, str) or reference in inside:
            return {str(key): self._inline(part, inside, depth + 1) for key, part in value.items()}
        target = self._target(reference) if reference.startswith("#/") else None
        if target is None:
            raise _UnfitError(f"refers to {reference}, which is not in the document")
        others = {key: part for key, part in value.items() if key != "$ref"}
        merged = {**target, **others} if isinstance(target, dict) else target
        return self._inline(merged, (*inside, reference), depth + 1)

    def _target(self, reference: str) -> Any:
        value: Any = self._root
        for step in reference[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            value = value.get(key) if isinstance(value, dict) else None
        return value


def _operations(paths: Node) -> Iterator[tuple[str, str, Node]]:
    for route, item in paths.items():
        if isinstance(item, dict):
            yield from ((method, str(route), item) for method in METHODS if method in item)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _routes(lines: list[str]) -> dict[str, int]:
    """Find where each path of a contract stands, by its spelling; from 0."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines):
        key = line.strip().lstrip("\"'")
        if key.startswith("/"):
            found.setdefault(key.partition(":")[0].rstrip("\"' "), number)
    return found


def _line(lines: list[str], at: int | None, method: str) -> int:
    """Find the line of an operation by its spelling; its path's where the method is not found below."""
    if at is None:
        return 1
    depth = len(lines[at]) - len(lines[at].lstrip())
    for number in range(at + 1, len(lines)):
        line = lines[number].strip()
        if line and len(lines[number]) - len(lines[number].lstrip()) <= depth:
            break
        if line.strip("\"'").startswith((f"{method}:", f'{method}"')):
            return number + 1
    return at + 1


def _problem(place: Place, message: str) -> Problem:
    return Problem(place, message, "Fix the document; until then this can be neither approved nor checked.")


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
