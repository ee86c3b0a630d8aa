"""An OpenAPI document as canonical facts: documents of equal meaning give equal facts.

Prose, names, tags and examples are dropped; path parameters are known by their position; what has no effect
on the wire is left out. Every fact carries the JSON pointer of the place that states it.
"""

import json
import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from specward.contract.documents import Document, Located, escape, text
from specward.contract.graph import Fact, Node
from specward.contract.keywords import Schema
from specward.contract.schemas import Schemas
from specward.contract.security import Security, effective
from specward.contract.source import ContractError
from specward.patterns import pattern
from specward.specs.model import Operation, Place, Problem

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_PARAMETER = pattern(r"\{[^{}]*\}")
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
# OpenAPI: header parameters of these names shall be ignored.
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
AUTOMATIC = "validation error"  # the fact that stands for FastAPI's body of a 422
HIDDEN = "hidden"  # the fact of an operation that is answered, yet in no document
_ANY_IS_IMPLIED = ("items", "additionalProperties", "contains", "unevaluated", "contentSchema")


class Key(NamedTuple):
    """What identifies an operation: the method and the path with its parameters by position."""

    method: str  # upper case
    path: str


class OperationFacts(NamedTuple):
    """One operation of a document."""

    document: str  # path of the contract, or what else the pointers lead into
    operation: Operation  # as written
    node: int
    security: Security
    operation_id: str | None
    pointer: str


class Contract(NamedTuple):
    """The operations of one document; their nodes stand in the list that was filled by `facts`."""

    operations: dict[Key, OperationFacts]
    base: str  # path of the first server's address, "" for the root


def key_of(operation: Operation) -> Key:
    """The key of an operation as somebody wrote it."""
    return Key(operation.method, _PARAMETER.sub("{}", operation.path))


def facts(document: str, root: object, nodes: list[Node]) -> Contract:
    """The canonical facts of a document.

    Args:
        document: The name it goes by: the path of a contract.
        root: The parsed document. Parts that are no OpenAPI are passed over (`validity.problems` names them).
        nodes: The graph to extend; documents that are to be compared share one.

    Raises:
        ContractError: Its references and combinations are nested beyond reason.
    """
    try:
        return _Reader(document, Document(root), nodes).contract()
    except RecursionError as error:
        message = "The schemas of the contract are nested too deeply."
        raise ContractError(Problem(Place(document), message, "Look for chains of allOf.")) from error


class _Reader:
    """Reads one document; schemas wait in a queue so that no depth of references can exhaust the stack."""

    def __init__(self, name: str, document: Document, nodes: list[Node]) -> None:
        self._name = name
        self._document = document
        self._schemas = Schemas(document)
        self._nodes = nodes
        self._numbers: dict[int | str, int] = {}
        self._waiting: deque[tuple[int, Schema]] = deque()
        self._kept: list[object] = []  # keeps what `_numbers` knows by identity

    def contract(self) -> Contract:
        operations: dict[Key, OperationFacts] = {}
        for path, item in _mapping(_at(Located(self._document.root, ""), "paths")):
            for found in self._path_item(path, item):
                operations.setdefault(key_of(found.operation), found)
        while self._waiting:
            number, schema = self._waiting.popleft()
            self._nodes[number] = self._schema_node(schema)
        return Contract(operations, self._base())

    def _base(self) -> str:
        for _, server in _parts(_at(Located(self._document.root, ""), "servers")):
            url = str(_at(server, "url").value or "")
            for name, variable in _mapping(_at(server, "variables")):
                url = url.replace(f"{{{name}}}", str(_at(variable, "default").value))
            try:
                return urlsplit(url).path.rstrip("/")
            except ValueError:
                return ""
        return ""

    def _path_item(self, path: str, item: Located) -> Iterator[OperationFacts]:
        item = self._document.follow(item)
        for method in METHODS:
            operation = _at(item, method)
            if isinstance(operation.value, dict):
                yield self._operation(Operation(method.upper(), path), operation, _at(item, "parameters"))

    def _operation(self, operation: Operation, part: Located, shared: Located) -> OperationFacts:
        children = dict(self._parameters(operation.path, shared))
        children.update(self._parameters(operation.path, _at(part, "parameters")))
        body = self._document.follow(_at(part, "requestBody"))
        if isinstance(body.value, dict):
            children["request body"] = self._add(_flags(body, "required"), self._contents(body), body.pointer)
        for status, response in _mapping(_at(part, "responses")):
            if not status.startswith("x-"):
                children[f"response {status.upper()}"] = self._response(self._document.follow(response))
        for _, callback in _mapping(_at(part, "callbacks")):
            for expression, item in _mapping(self._document.follow(callback)):
                for found in self._path_item(expression, item):
                    children[f"callback {found.operation}"] = found.node
        operation_id = _at(part, "operationId").value
        return OperationFacts(
            document=self._name,
            operation=operation,
            node=self._add(_flags(part, "deprecated"), children, part.pointer),
            security=effective(self._document, part),
            operation_id=operation_id if isinstance(operation_id, str) else None,
            pointer=part.pointer,
        )

    def _parameters(self, path: str, parameters: Located) -> Iterator[tuple[str, int]]:
        names = [name[1:-1] for name in _PARAMETER.findall(path)]
        for _, raw in _parts(parameters):
            parameter = self._document.follow(raw)
            where, name = str(_at(parameter, "in").value), str(_at(parameter, "name").value)
            if where == "header":
                name = name.lower()
                if name in _IGNORED_HEADERS:
                    continue
            if where == "path" and name in names:
                name = str(names.index(name) + 1)
            yield f"{where} parameter {name}", self._parameter(parameter, where)

    def _parameter(self, parameter: Located, where: str) -> int:
        found = _flags(parameter, "required", "deprecated", "allowReserved", "allowEmptyValue")
        style = _at(parameter, "style").value or _STYLES.get(where)
        explode = _at(parameter, "explode").value
        if style != _STYLES.get(where):
            found["style"] = Fact(text(style), f"{parameter.pointer}/style")
        if explode is not None and explode != (style == "form"):
            found["explode"] = Fact(text(explode), f"{parameter.pointer}/explode")
        children = self._contents(parameter)
        schema = _at(parameter, "schema")
        if schema.value is not None:
            # Outside of a body null cannot be sent: FastAPI writes it for every optional parameter.
            canonical = self._schemas.canonical(schema)._replace(nullable=False)
            children["schema"] = self._put(canonical)
        return self._add(found, children, parameter.pointer)

    def _response(self, response: Located) -> int:
        if self._is_automatic(response):
            return self._add({AUTOMATIC: Fact("FastAPI's own", response.pointer)}, {}, response.pointer)
        children = {
            media: number
            for media, number in self._contents(response).items()
            # A JSON body without a schema is what FastAPI writes where nothing was said about it.
            if media != "application/json" or self._nodes[number].children
        }
        for name, raw in _mapping(_at(response, "headers")):
            if name.lower() != "content-type":
                header = self._document.follow(raw)
                children[f"header {name.lower()}"] = self._parameter(header, "header")
        return self._add({}, children, response.pointer)

    def _is_automatic(self, response: Located) -> bool:
        """Whether the body is FastAPI's own for requests that break the schema, in any version of it."""
        content = _at(_at(response, "content"), "application/json")
        body = self._schemas.canonical(_at(content, "schema"))
        if body.properties.keys() != {"detail"}:
            return False
        detail = self._schemas.canonical(body.properties["detail"])
        if "items" not in detail.children:
            return False
        return self._schemas.canonical(detail.children["items"]).properties.keys() >= {"loc", "msg", "type"}

    def _contents(self, owner: Located) -> dict[str, int]:
        children: dict[str, int] = {}
        for media, content in _mapping(_at(owner, "content")):
            parts: dict[str, int] = {}
            for keyword in ("schema", "itemSchema"):
                schema = _at(content, keyword)
                if schema.value is not None and not _is_any(self._schemas.canonical(schema)):
                    parts[keyword] = self._schema(schema)
            found: dict[str, Fact] = {}
            encoding = _at(content, "encoding")
            if encoding.value:
                found["encoding"] = Fact(text(encoding.value), encoding.pointer)
            children[media.split(";")[0].strip().lower()] = self._add(found, parts, content.pointer)
        return children

    def _schema(self, part: Located) -> int:
        """The node of a schema as written, one for every part however many places refer to it."""
        part = self._document.follow(part)
        identity = id(part.value) if isinstance(part.value, dict) else part.pointer
        if identity not in self._numbers:
            self._kept.append(part.value)
            self._numbers[identity] = self._put(self._schemas.canonical(part))
        return self._numbers[identity]

    def _put(self, schema: Schema) -> int:
        number = self._add({}, {}, schema.pointer)
        self._waiting.append((number, schema))
        return number

    def _add(self, found: dict[str, Fact], children: dict[str, int], pointer: str) -> int:
        self._nodes.append(Node(found, children, (), pointer))
        return len(self._nodes) - 1

    def _schema_node(self, schema: Schema) -> Node:
        children = {f".{name}": self._schema(part) for name, part in schema.properties.items()}
        for name, part in schema.children.items():
            if not (name.startswith(_ANY_IS_IMPLIED) and _is_any(self._schemas.canonical(part))):
                children[name] = self._schema(part)
        alternatives = tuple(self._put(part) for part in schema.alternatives)
        return Node(_schema_facts(schema), children, alternatives, schema.pointer)


def _schema_facts(schema: Schema) -> dict[str, Fact]:
    at = schema.pointer
    found = dict(schema.facts)
    if schema.types:
        found["type"] = Fact(" or ".join(sorted(schema.types)), f"{at}/type")
    if schema.enum is not None:
        found["enum"] = Fact(", ".join(sorted(schema.enum)), f"{at}/enum")
    if schema.nullable and (schema.types or schema.enum is not None or schema.alternatives):
        found["null"] = Fact("allowed", f"{at}/type")
    if schema.exactly_one:
        found["oneOf"] = Fact("exactly one", at)
    for name, pointer in schema.required.items():
        found[f".{name} required"] = Fact("true", pointer)
    if schema.types == {"integer"}:
        _inclusive(found, "exclusiveMinimum", "minimum", 1)
        _inclusive(found, "exclusiveMaximum", "maximum", -1)
    return found


def _inclusive(found: dict[str, Fact], exclusive: str, inclusive: str, step: int) -> None:
    """An exclusive bound of integers is an inclusive one, a step away."""
    if exclusive in found and inclusive not in found:
        bound = found.pop(exclusive)
        written = json.loads(bound.text)
        if isinstance(written, int | float) and math.isfinite(written):
            nearest = math.floor(written) if step > 0 else math.ceil(written)
            found[inclusive] = Fact(text(nearest + step), bound.pointer)


def _is_any(schema: Schema) -> bool:
    return schema._replace(pointer="") == Schema()


def _flags(part: Located, *names: str) -> dict[str, Fact]:
    return {name: Fact("true", f"{part.pointer}/{name}") for name in names if _at(part, name).value is True}


def _at(part: Located, key: str) -> Located:
    value = part.value.get(key) if isinstance(part.value, dict) else None
    return Located(value, f"{part.pointer}/{escape(key)}")


def _mapping(part: Located) -> Iterator[tuple[str, Located]]:
    if isinstance(part.value, dict):
        for key in part.value:
            yield key, _at(part, key)


def _parts(part: Located) -> Iterator[tuple[int, Located]]:
    if isinstance(part.value, list):
        for n, value in enumerate(part.value):
            yield n, Located(value, f"{part.pointer}/{n}")
