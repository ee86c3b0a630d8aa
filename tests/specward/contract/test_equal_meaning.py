"""What means the same gives nothing, and what does not gives something: one line per form."""

import pytest

from tests.specward.contract.held import held, with_schema

NAME = {"$ref": "#/components/schemas/Name"}
PAIR = {"$ref": "#/components/schemas/Pair"}
TREE = {"$ref": "#/components/schemas/Tree"}
STRING = {"type": "string"}

SAME = [
    # null: 3.0's flag, 3.1's list, the union that FastAPI writes
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    (
        {"type": ["null", "string"], "maxLength": 5},
        {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
    ),
    ({"oneOf": [STRING, {"type": "null"}]}, {"anyOf": [{"type": "null"}, STRING]}),
    ({"allOf": [NAME], "nullable": True}, {"anyOf": [NAME, {"type": "null"}]}),
    ({"enum": ["a", "b", None]}, {"type": ["string", "null"], "enum": [None, "b", "a"]}),
    (
        {"type": "string", "nullable": True, "enum": ["a", None]},
        {"anyOf": [{"const": "a"}, {"type": "null"}]},
    ),
    ({"anyOf": [{}, {"type": "null"}]}, {}),
    # references, with and without company
    (NAME, {"type": "string", "maxLength": 9}),
    ({"allOf": [NAME]}, NAME),
    ({"$ref": "#/components/schemas/N%61me"}, NAME),
    ({**NAME, "description": "Prose."}, NAME),
    ({"allOf": [NAME], "default": "x"}, {**NAME, "default": "x"}),
    (
        {
            "allOf": [
                {"type": "object", "properties": {"a": STRING}},
                {"properties": {"b": STRING}, "required": ["b"]},
            ]
        },
        {"type": "object", "required": ["b"], "properties": {"b": STRING, "a": STRING}},
    ),
    (TREE, {"type": "object", "properties": {"parent": {"type": "object", "properties": {"parent": TREE}}}}),
    # constants and enumerations
    ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    ({"enum": ["b", "a"]}, {"type": "string", "enum": ["a", "b"]}),
    ({"type": "number", "enum": [1, 2]}, {"type": "number", "enum": [2.0, 1.0]}),
    ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["c", "b"]}]}, {"type": "string", "enum": ["b"]}),
    # bounds
    ({"type": "integer", "exclusiveMinimum": 0.5}, {"type": "integer", "minimum": 1}),
    ({"type": "integer", "exclusiveMaximum": 9.5}, {"type": "integer", "maximum": 9}),
    ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 0}),
    ({"type": "number", "maximum": 5, "exclusiveMaximum": False}, {"type": "number", "maximum": 5.0}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ({"type": "integer", "exclusiveMaximum": 10}, {"type": "integer", "maximum": 9}),
    ({"type": "number", "minimum": 3, "exclusiveMinimum": 1}, {"type": "number", "minimum": 3}),
    ({"allOf": [{"type": "string", "maxLength": 9}, {"maxLength": 5}]}, {"type": "string", "maxLength": 5}),
    # what is always so
    ({"type": "string", "minLength": 0}, STRING),
    ({"type": "array", "items": {}, "uniqueItems": False}, {"type": "array"}),
    ({"type": "array", "items": {"description": "Anything."}}, {"type": "array"}),
    ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": {}}),
    ({"properties": {"a": STRING}}, {"type": "object", "properties": {"a": STRING}}),
    ({"type": "string", "default": None, "readOnly": False}, STRING),
    # unions
    (
        {"type": ["string", "integer"], "maxLength": 5},
        {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 5}]},
    ),
    ({"anyOf": [STRING, {"type": "integer"}]}, {"oneOf": [{"type": "integer"}, STRING]}),
    (
        {"anyOf": [{"anyOf": [STRING, {"type": "integer"}]}, {"type": "boolean"}]},
        {"anyOf": [{"type": "boolean"}, STRING, {"type": "integer"}]},
    ),
    (
        {"anyOf": [{"type": ["string", "null"]}, {"type": "integer"}]},
        {"anyOf": [STRING, {"type": ["integer", "null"]}]},
    ),
    # uploads
    (
        {"type": "string", "contentMediaType": "application/octet-stream"},
        {"type": "string", "format": "binary"},
    ),
    # prose and names
    ({"type": "string", "title": "T", "description": "D", "examples": ["e"], "x-order": 1}, STRING),
]

DIFFERENT = [
    (STRING, {"type": "integer"}),
    (STRING, {"type": ["string", "null"]}),
    (STRING, {}),
    (STRING, {"type": "string", "format": "email"}),
    (STRING, {"type": "string", "pattern": "^a"}),
    (STRING, {"type": "string", "minLength": 1}),
    (STRING, {"type": "string", "default": "a"}),
    (NAME, {"type": "string", "maxLength": 8}),
    (PAIR, {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}}}),
    (PAIR, {"allOf": [PAIR], "required": ["name"]}),
    (PAIR, {"type": "object", "properties": {"Name": NAME}}),
    (PAIR, {"allOf": [PAIR], "additionalProperties": False}),
    (TREE, {"type": "object", "properties": {"parent": {"type": "object"}}}),
    (TREE, {"type": "object", "properties": {"parent": {"allOf": [TREE], "nullable": True}}}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    ({"enum": ["1"]}, {"enum": [1]}),
    ({"enum": [True]}, {"enum": [1]}),
    ({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0}),
    ({"type": "array", "items": STRING}, {"type": "array"}),
    ({"type": "array", "items": STRING}, {"type": "array", "items": STRING, "uniqueItems": True}),
    ({"anyOf": [STRING, {"type": "integer"}]}, {"anyOf": [STRING, {"type": "boolean"}]}),
    (
        {"anyOf": [{"type": "number"}, {"type": "integer"}]},
        {"oneOf": [{"type": "number"}, {"type": "integer"}]},
    ),
    ({"type": "null"}, {}),
    (
        {"type": "array", "prefixItems": [STRING, {"type": "integer"}]},
        {"type": "array", "prefixItems": [{"type": "integer"}, STRING]},
    ),
    ({"type": "object", "additionalProperties": STRING}, {"type": "object", "additionalProperties": NAME}),
]


@pytest.mark.parametrize("where", ["response", "request"])
@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_schemas_give_nothing(one: object, other: object, where: str) -> None:
    assert held(with_schema(one, version="3.0.3", where=where), with_schema(other, where=where)) == []
    assert held(with_schema(other, where=where), with_schema(one, version="3.0.3", where=where)) == []


@pytest.mark.parametrize("where", ["response", "request"])
@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_schemas_give_one_mismatch(one: object, other: object, where: str) -> None:
    for mismatch in (
        held(with_schema(one, where=where), with_schema(other, where=where)),
        held(with_schema(other, where=where), with_schema(one, where=where)),
    ):
        assert len(mismatch) == 1
        assert mismatch[0].differences


def test_null_means_nothing_outside_of_a_body() -> None:
    one = with_schema({"type": ["string", "null"]}, where="query")
    assert held(one, with_schema(STRING, where="query")) == []


ROOT = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
SILENT = "responses: {200: {}}"
OPERATIONS = {
    "path parameters by position": (
        f"/a/{{id}}: {{get: {{parameters: [{{name: id, in: path, required: true}}], {SILENT}}}}}",
        f"/a/{{key}}: {{parameters: [{{name: key, in: path, required: true}}], get: {{{SILENT}}}}}",
    ),
    "media types": (
        "/a: {get: {responses: {200: {content: {text/plain: {schema: {type: string}}}}}}}",
        "/a: {get: {responses: {'200': {content: {'Text/Plain; charset=utf-8': {schema: {type: string}}}}}}}",
    ),
    "header names": (
        "/a: {get: {responses: {200: {headers: {X-Total: {schema: {type: integer}}}}}}}",
        "/a: {get: {responses: {200: {headers: {x-total: {schema: {type: integer}}}}}}}",
    ),
    "the header that the media type states": (
        f"/a: {{get: {{{SILENT}}}}}",
        "/a: {get: {responses: {200: {headers: {Content-Type: {schema: {type: string}}}}}}}",
    ),
    "ignored headers": (
        f"/a: {{get: {{{SILENT}}}}}",
        f"/a: {{get: {{parameters: [{{name: Authorization, in: header}}], {SILENT}}}}}",
    ),
    "styles that are the default": (
        f"/a: {{get: {{parameters: [{{name: q, in: query}}], {SILENT}}}}}",
        f"/a: {{get: {{parameters: [{{name: q, in: query, style: form, explode: true}}], {SILENT}}}}}",
    ),
    "a body nothing is said of": (
        f"/a: {{get: {{{SILENT}}}}}",
        "/a: {get: {responses: {200: {content: {application/json: {schema: {}}}}}}}",
    ),
    "prose and names": (
        f"/a: {{get: {{{SILENT}}}}}",
        "/a: {get: {operationId: a, tags: [a], summary: S, responses: {200: {description: D}}}}",
    ),
}


@pytest.mark.parametrize(("one", "other"), OPERATIONS.values(), ids=OPERATIONS)
def test_equal_operations_give_nothing(one: str, other: str) -> None:
    assert held(f"{ROOT}paths:\n  {one}\n", f"{ROOT}paths:\n  {other}\n") == []


def test_the_address_of_the_server_counts() -> None:
    paths = "paths: {/a: {get: {responses: {200: {}}}}}\n"
    contract = f"{ROOT}servers: [{{url: 'https://example.org/v1'}}]\n{paths}"
    assert held(contract, ROOT + paths.replace("/a", "/v1/a")) == []
    assert held(contract, ROOT + paths) == []
    assert len(held(contract, ROOT + paths.replace("/a", "/v2/a"))) == 1


def test_a_parameter_of_the_operation_replaces_that_of_the_path() -> None:
    own = f"get: {{parameters: [{{name: q, in: query, schema: {{type: string}}}}], {SILENT}}}"
    shared = "parameters: [{name: q, in: query, schema: {type: integer}}]"
    assert held(f"{ROOT}paths:\n  /a: {{{shared}, {own}}}\n", f"{ROOT}paths:\n  /a: {{{own}}}\n") == []
