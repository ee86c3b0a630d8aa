"""Any document: rewritten without change of meaning it gives nothing, changed in one place something."""

import json
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from specward.contract.source import ContractError, parse, place
from specward.contract.validity import problems
from tests.specward.contract.held import held, with_schema

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]

names = st.sampled_from(["a", "b", "c", "some/name", "ü~", "type", "default"])
texts = st.builds(
    lambda low, high: {"type": "string", "minLength": low, "maxLength": low + high},
    st.integers(1, 3),
    st.integers(1, 9),
)
numbers = st.builds(
    lambda kind, low: {"type": kind, "minimum": low},
    st.sampled_from(["integer", "number"]),
    st.integers(-2, 2),
)
choices = st.builds(
    lambda values: {"type": "string", "enum": values},
    st.lists(st.sampled_from("xyz"), min_size=2, max_size=3, unique=True),
)


def larger(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    objects = st.builds(
        lambda properties, count: {
            "type": "object",
            "properties": properties,
            "required": sorted(properties)[:count],
        },
        st.dictionaries(names, inner, min_size=1, max_size=3),
        st.integers(0, 2),
    )
    arrays = st.builds(lambda items: {"type": "array", "items": items, "maxItems": 5}, inner)
    unions = st.builds(lambda kind: {"anyOf": [kind, {"type": "boolean"}]}, st.one_of(texts, numbers))
    nullable = st.builds(
        lambda kind: {**kind, "type": [kind["type"], "null"]}, st.one_of(texts, numbers, objects, arrays)
    )
    return st.one_of(objects, arrays, unions, nullable)


schemas = st.recursive(st.one_of(texts, numbers, choices), larger, max_leaves=6)


class Rewriter:
    """Writes a schema in another way, choosing a form for each part by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.components: dict[str, Schema] = {}

    def schema(self, schema: Schema) -> Schema:
        result = {key: self.part(key, value) for key, value in schema.items()}
        forms: list[Callable[[Schema], Schema]] = [
            self.as_it_is,
            self.shuffled,
            self.described,
            self.extracted,
            self.wrapped,
            self.nullable_otherwise,
            self.with_implied,
        ]
        for form in self.random.sample(forms, 3):
            result = form(result)
        return result

    def part(self, key: str, value: Any) -> Any:
        if key == "properties":
            found = [(name, self.schema(part)) for name, part in value.items()]
            self.random.shuffle(found)
            return dict(found)
        if key == "items":
            return self.schema(value)
        if key == "anyOf":
            return self.random.sample([self.schema(part) for part in value], len(value))
        return self.random.sample(value, len(value)) if key in {"enum", "required"} else value

    def as_it_is(self, schema: Schema) -> Schema:
        return schema

    def shuffled(self, schema: Schema) -> Schema:
        items = list(schema.items())
        self.random.shuffle(items)
        return dict(items)

    def described(self, schema: Schema) -> Schema:
        return {**schema, "title": "Title", "description": "Prose.", "x-own": 1}

    def extracted(self, schema: Schema) -> Schema:
        name = f"Part{len(self.components)}"
        self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def wrapped(self, schema: Schema) -> Schema:
        return {"allOf": [schema]}

    def nullable_otherwise(self, schema: Schema) -> Schema:
        kinds = schema.get("type")
        if not isinstance(kinds, list):
            return schema
        plain = {**schema, "type": next(kind for kind in kinds if kind != "null")}
        flag, union = {**plain, "nullable": True}, {"anyOf": [{"type": "null"}, plain]}
        return self.random.choice([flag, union, {"allOf": [plain], "nullable": True}])

    def with_implied(self, schema: Schema) -> Schema:
        return {"deprecated": False, "default": None, **schema}


def places(schema: Schema) -> list[Schema]:
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    return [schema, *(found for part in inner for found in places(part))]


def mutate(schema: Schema, random: Random) -> None:
    """Change the meaning of one place."""
    target = random.choice(places(schema))
    possible: list[Callable[[], object]] = [lambda: target.update(default="mutant")]
    for key in sorted(target.keys() & {"minLength", "maxLength", "minimum", "maxItems"}):
        possible += [partial(target.update, {key: target[key] + 10}), partial(target.pop, key)]
    if "enum" in target:
        possible += [
            target["enum"].pop,
            lambda: target["enum"].append("w"),
            lambda: target.pop("enum"),
        ]
    if "properties" in target:
        possible += [
            lambda: target["properties"].update(new={"type": "string"}),
            target["properties"].popitem,
            lambda: target.update(additionalProperties=False),
            lambda: target.update(required=[*target["required"], "zz"]),
        ]
    if "items" in target:
        possible += [lambda: target.pop("items"), lambda: target.update(uniqueItems=True)]
    if "anyOf" in target:
        possible.append(lambda: target["anyOf"].append({"type": "array"}))
    if isinstance(target.get("type"), list):
        possible.append(lambda: target.update(type=target["type"][0]))
    elif "type" in target and "enum" not in target:
        possible.append(lambda: target.update(type=[target["type"], "null"]))
    random.choice(possible)()


@given(schemas, st.randoms(use_true_random=False))
def test_a_rewritten_document_gives_nothing(schema: Schema, random: Random) -> None:
    one = with_schema(schema, where="request")
    rewriter = Rewriter(random)
    other: Any = with_schema(rewriter.schema(schema), where="request")
    other["components"]["schemas"].update(rewriter.components)
    assert held(one, other) == []
    assert held(other, one) == []


@given(schemas, st.randoms(use_true_random=False))
def test_one_change_of_meaning_gives_one_mismatch(schema: Schema, random: Random) -> None:
    changed: Any = parse("copy", json.dumps(schema)).value
    mutate(changed, random)
    rewriter = Rewriter(random)
    other: Any = with_schema(rewriter.schema(changed), where="request")
    other["components"]["schemas"].update(rewriter.components)
    [mismatch] = held(with_schema(schema, where="request"), other)
    assert mismatch.differences


WORDS = [
    *("paths", "/a", "/a/{b}", "get", "parameters", "in", "name", "schema", "responses", "200", "422"),
    *(
        "content",
        "application/json",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "type",
        "properties",
        "enum",
        "const",
    ),
    *("required", "items", "security", "components", "schemas", "servers", "url", "variables", "headers"),
    *("exclusiveMinimum", "minimum", "nullable", "detail", "callbacks", "requestBody"),
]
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=30,
)
references = st.sampled_from(
    ["#", "#/paths", "#/paths/~1a", "#/components/schemas/A", "#/nowhere", "other.yaml"]
)


@given(json_values, json_values, references)
def test_no_document_defeats_the_readers(paths: object, schema: object, reference: str) -> None:
    document = {
        "openapi": "3.1.0",
        "paths": {
            "/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": reference}}}}}}}
        },
        "components": {"schemas": {"A": schema}},
        "x": paths,
    }
    held(document, {**document, "paths": paths})
    problems(parse("c.json", json.dumps(document)))


@given(st.text())
def test_no_text_defeats_the_parser(text: str) -> None:
    for whole in (text, "openapi: 3.1.0\npaths: " + text, '{"openapi": "3.1.0", "paths": ' + text):
        with suppress(ContractError):
            source = parse("c.yaml", whole)
            problems(source)
            assert place(source, "/paths/~1a/get").path == "c.yaml"
