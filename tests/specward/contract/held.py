"""Documents held against each other, for the tests."""

from typing import TYPE_CHECKING

from specward.contract.compare import Mismatch, align, compare
from specward.contract.facts import facts
from specward.contract.source import parse

if TYPE_CHECKING:
    from specward.contract.graph import Node


def held(contract: object, served: object) -> list[Mismatch]:
    """The mismatches of two documents, each as a value or as YAML."""
    nodes: list[Node] = []
    one, other = (
        facts(name, parse(name, side).value if isinstance(side, str) else side, nodes)
        for name, side in (("contract", contract), ("served", served))
    )
    return compare(align(one, other.operations.keys()), other.operations, nodes)


def with_schema(schema: object, *, version: str = "3.1.0", where: str = "response") -> dict[str, object]:
    """A document of one operation whose body (or query parameter) has a schema."""
    response: dict[str, object] = {"description": "Ok."}
    operation: dict[str, object] = {"responses": {"200": response}}
    content = {"application/json": {"schema": schema}}
    if where == "response":
        response["content"] = content
    elif where == "request":
        operation["requestBody"] = {"content": content}
    else:
        operation["parameters"] = [{"name": "q", "in": "query", "schema": schema}]
    return {
        "openapi": version,
        "info": {"title": "One", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {
            "schemas": {
                "Name": {"type": "string", "maxLength": 9},
                "Pair": {"type": "object", "properties": {"name": {"$ref": "#/components/schemas/Name"}}},
                "Tree": {
                    "type": "object",
                    "properties": {"parent": {"$ref": "#/components/schemas/Tree"}},
                },
            }
        },
    }
