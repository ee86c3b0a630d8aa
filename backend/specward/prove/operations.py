"""The operations that the application serves, from its own document and from its router."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specward.contract.documents import Document, Located
from specward.contract.served import Served
from specward.specs.model import Operation

_VERBS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
FORM = "application/x-www-form-urlencoded"


class Parameter(NamedTuple):
    """A parameter."""

    name: str
    place: str  # "path", "query", "header", "cookie"
    required: bool
    schema: object


class Target(NamedTuple):
    """An operation to attack."""

    method: str
    path: str
    name: str  # its operationId
    public: bool  # it asks for no credentials
    parameters: tuple[Parameter, ...] = ()
    content_type: str = ""  # of the body; empty where it takes none
    body: object = None  # the body's schema
    document: Document = Document({})

    @property
    def label(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"


def targets(served: Served, left_out: frozenset[Operation]) -> tuple[Target, ...]:
    """Return every operation that the router answers; documented ones with what their document says.

    Args:
        served: What the application serves.
        left_out: Operations that are no part of any contract by decision.
    """
    described = {
        (target.method, target.path): target
        for prefix, document in served.documents
        for target in documented(prefix, document)
    }
    routed = {
        (route.operation.method, route.operation.path): Target(
            route.operation.method.replace("ANY", "GET"), route.operation.path, "", public=True
        )
        for route in served.routes
        if not route.is_documentation
        and route.operation not in left_out
        and route.operation.method != "WEBSOCKET"
    }
    return tuple({**routed, **described}.values())


def web_sockets(served: Served) -> tuple[str, ...]:
    """Return the paths of web sockets, which no request reaches."""
    return tuple(route.operation.path for route in served.routes if route.operation.method == "WEBSOCKET")


def documented(prefix: str, root: object) -> Iterator[Target]:
    """Yield the operations of a document.

    Args:
        prefix: Where the application that it is about is mounted.
        root: The parsed document.
    """
    document = Document(root)
    default = _table(root).get("security", [])
    for path, item in _table(_table(root).get("paths")).items():
        shared = _table(document.follow(Located(item, "")).value)
        for verb in _VERBS & shared.keys():
            operation = _table(shared[verb])
            content_type, body = _body(document, operation.get("requestBody"))
            security = operation.get("security", default)
            yield Target(
                verb.upper(),
                prefix + path,
                str(operation.get("operationId", "")),
                not security or {} in _list(security),
                tuple(_parameters(document, shared, operation)),
                content_type,
                body,
                document,
            )


def _parameters(
    document: Document, shared: Mapping[str, object], operation: Mapping[str, object]
) -> Iterator[Parameter]:
    for written in (*_list(shared.get("parameters")), *_list(operation.get("parameters"))):
        parameter = _table(document.follow(Located(written, "")).value)
        name, place = str(parameter.get("name")), str(parameter.get("in"))
        yield Parameter(name, place, parameter.get("required") is True, parameter.get("schema"))


def _body(document: Document, written: object) -> tuple[str, object]:
    content = _table(_table(document.follow(Located(written, "")).value).get("content"))
    for kind, media in content.items():
        if "json" in kind or kind == FORM:
            return kind, _table(media).get("schema")
    return "", None


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
