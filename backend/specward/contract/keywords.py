"""What a JSON Schema says in its own keywords, in canonical form: OpenAPI 3.0 and 3.1 read alike."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from specward.contract.documents import Located, escape, items, text
from specward.contract.graph import Fact

_VALUES = frozenset({
    "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties",
    "maxProperties", "default", "readOnly", "writeOnly", "deprecated", "contentMediaType",
    "dependentRequired", "minContains", "maxContains",
})  # fmt: skip
_SCHEMAS = frozenset({
    "items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else",
    "unevaluatedProperties", "unevaluatedItems", "contentSchema",
})  # fmt: skip
_SCHEMA_LISTS = frozenset({"prefixItems"})
_SCHEMA_MAPS = frozenset({"patternProperties", "dependentSchemas"})
_IMPLIED = {
    "minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False, "readOnly": False,
    "writeOnly": False, "deprecated": False, "default": None,
}  # fmt: skip
# FastAPI writes an upload in the terms of JSON Schema, OpenAPI 3.0 has formats for the same.
_BINARY_FORMATS = {
    ("contentMediaType", "application/octet-stream"): "binary",
    ("contentEncoding", "base64"): "byte",
}


class Schema(NamedTuple):
    """A schema in canonical form; the parts in `children` and `properties` are still as written."""

    types: frozenset[str] = frozenset()  # null is not one of them; empty: any
    nullable: bool = True
    enum: frozenset[str] | None = None  # JSON texts, without null
    facts: Mapping[str, Fact] = {}
    required: Mapping[str, str] = {}  # property → pointer of the list that requires it
    properties: Mapping[str, Located] = {}
    children: Mapping[str, Located] = {}
    alternatives: tuple["Schema", ...] = ()
    exactly_one: bool = False
    pointer: str = ""

    @property
    def only_null(self) -> bool:
        """Whether null is the one value it accepts."""
        return self.types == {"null"} or self.enum == frozenset()


NOTHING = Schema(enum=frozenset(), nullable=False)  # what `false` accepts


def own(raw: dict[str, object], pointer: str) -> Schema:
    """What a schema says in its own keywords, without references and combinations."""
    types = _types(raw)
    nullable = not types or "null" in types
    enum: frozenset[str] | None = None
    values = _values(raw)
    if values is not None:
        nullable = nullable and any(value is None for value in values)
        enum = frozenset(text(value) for value in values if value is not None)
        types = types or _types_of(values)
    if types != {"null"}:
        types -= {"null"}
    return Schema(
        types=types,
        nullable=nullable,
        enum=enum,
        facts=_facts(raw, pointer),
        required=_required(raw, pointer),
        properties=_properties(raw, pointer),
        children=_children(raw, pointer),
        pointer=pointer,
    )


def _required(raw: dict[str, object], pointer: str) -> dict[str, str]:
    names = raw.get("required")
    return {str(name): f"{pointer}/required" for name in names} if isinstance(names, list) else {}


def _properties(raw: dict[str, object], pointer: str) -> dict[str, Located]:
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: Located(part, f"{pointer}/properties/{escape(name)}") for name, part in properties.items()}


def _types(raw: dict[str, object]) -> frozenset[str]:
    written = raw.get("type")
    if isinstance(written, str):
        types = frozenset({written})
    else:
        types = frozenset(str(name) for name in written) if isinstance(written, list) else frozenset()
    if not types and isinstance(raw.get("properties"), dict):
        types = frozenset({"object"})
    if not types and isinstance(raw.get("items"), dict):
        types = frozenset({"array"})
    return types | {"null"} if types and raw.get("nullable") is True else types


def _values(raw: dict[str, object]) -> list[object] | None:
    if "const" in raw:
        return [raw["const"]]
    values = raw.get("enum")
    return values if isinstance(values, list) else None


def _types_of(values: Iterable[object]) -> frozenset[str]:
    names = {bool: "boolean", str: "string", int: "integer", list: "array", dict: "object", float: "number"}
    found = {names[type(value)] for value in values if value is not None and type(value) in names}
    return frozenset(found) if len(found) == 1 else frozenset()


def _facts(raw: dict[str, object], pointer: str) -> dict[str, Fact]:
    facts = {
        key: Fact(text(value), f"{pointer}/{key}")
        for key, value in raw.items()
        if key in _VALUES and not (key in _IMPLIED and _IMPLIED[key] == value)
    }
    for (key, value), name in _BINARY_FORMATS.items():
        if raw.get(key) == value and "format" not in facts:
            facts.pop(key, None)
            facts["format"] = Fact(text(name), f"{pointer}/{key}")
    discriminator = raw.get("discriminator")
    if isinstance(discriminator, dict):
        facts["discriminator"] = Fact(text(discriminator.get("propertyName")), f"{pointer}/discriminator")
    for side in ("Minimum", "Maximum"):
        _exclusive(facts, f"exclusive{side}", side.lower())
    return facts


def _exclusive(facts: dict[str, Fact], exclusive: str, inclusive: str) -> None:
    """One form for a bound: OpenAPI 3.0 marks it exclusive by a boolean, 3.1 gives it another number."""
    if exclusive not in facts:
        return
    written = json.loads(facts[exclusive].text)
    if isinstance(written, bool):
        mark = facts.pop(exclusive)
        if written and inclusive in facts:
            facts[exclusive] = Fact(facts.pop(inclusive).text, mark.pointer)
    elif inclusive in facts:
        bounds = {exclusive: facts.pop(exclusive), inclusive: facts.pop(inclusive)}
        bound = tighter(inclusive, bounds[exclusive], bounds[inclusive])
        name = exclusive if bound.text == bounds[exclusive].text else inclusive
        facts[name] = bounds[name]


def _children(raw: dict[str, object], pointer: str) -> dict[str, Located]:
    children = {
        key: Located(value, f"{pointer}/{key}")
        for key, value in raw.items()
        if key in _SCHEMAS and not (value is True or value == {} or (key == "items" and value is False))
    }
    for key in _SCHEMA_LISTS:
        children.update({f"{key} {n}": part for n, part in enumerate(items(raw, key, pointer))})
    for key in _SCHEMA_MAPS:
        mapping = raw.get(key)
        if isinstance(mapping, dict):
            for name, value in mapping.items():
                children[f"{key} {name}"] = Located(value, f"{pointer}/{key}/{escape(name)}")
    return children


def tighter(keyword: str, first: Fact, second: Fact) -> Fact:
    """Of two bounds the one that holds when both do; of other facts both."""
    if first.text == second.text:
        return first
    try:
        bounds = {float(first.text): first, float(second.text): second}
    except ValueError:
        joined = " and ".join(sorted({first.text, second.text}))
        return Fact(joined, first.pointer)
    return bounds[min(bounds) if "max" in keyword.lower() else max(bounds)]
