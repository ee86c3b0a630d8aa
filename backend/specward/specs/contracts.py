"""An API contract (OpenAPI, YAML or JSON) as sections: each operation by itself, with its `$ref`s inlined."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from specward.specs.model import Operation, Place, Problem, Section

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LARGEST_OPERATION = 50_000  # values; inlining may multiply without end
DEEPEST = 100

# A mapping of somebody else's document: nothing is known of it but what is asked.
Node: TypeAlias = dict[Any, Any]

_PARAMETER = re.compile(r"\{[^}/]*\}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TooLargeError(Exception):
    pass


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
        root = json.loads(text) if path.endswith(".json") else yaml.load(text, Loader=_LOADER)  # noqa: S506  # both are safe loaders
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        return (whole,), (_problem(path, f"The contract cannot be read: {_first_line(error)}."),)
    if not isinstance(root, dict) or not isinstance(root.get("paths"), dict):
        return (whole,), (_problem(path, "The contract has no paths."),)
    sections, problems = [whole], []
    lines = text.split("\n")
    for method, route, item in _operations(root["paths"]):
        place = Place(path, _line(lines, route, method))
        operation = Operation(method.upper(), route)
        try:
            body = json.dumps(_Inliner(root).operation(item, method), ensure_ascii=False)
        except (_TooLargeError, RecursionError):
            problems.append(
                _problem(path, f"The operation {operation} is too large or refers to itself without end.")
            )
            continue
        details = item[method]
        name = details.get("operationId") if isinstance(details, dict) else None
        anchors = (str(operation), str(name)) if name else (str(operation),)
        sections.append(Section("contract", anchors, str(operation), body, place))
    return tuple(sections), tuple(problems)


def same_route(route: str) -> str:
    """Reduce a route to its form without the names of its parameters, which carry no meaning on the wire."""
    return _PARAMETER.sub("{}", route)


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
            raise _TooLargeError
        if isinstance(value, list):
            return [self._inline(part, inside, depth + 1) for part in value]
        if not isinstance(value, dict):
            return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/") and reference not in inside:
            target = self._target(reference)
            if target is not None:
                others = {key: part for key, part in value.items() if key != "$ref"}
                merged = {**target, **others} if isinstance(target, dict) else target
                return self._inline(merged, (*inside, reference), depth + 1)
        return {str(key): self._inline(part, inside, depth + 1) for key, part in value.items()}

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


def _line(lines: list[str], route: str, method: str) -> int:
    """Find the line of an operation by its spelling; its path's where the method is not found below."""
    at = next(
        (
            n
            for n, line in enumerate(lines)
            if line.strip().strip("\"'").startswith((f"{route}:", f'{route}"'))
        ),
        None,
    )
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


def _problem(path: str, message: str) -> Problem:
    return Problem(
        Place(path), message, "Mend the document; until then its operations cannot be approved or checked."
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
