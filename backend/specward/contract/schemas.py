"""JSON Schemas of OpenAPI 3.0 and 3.1 in one canonical form.

What means the same reads the same: references are followed, `allOf` is merged, null is a flag however it
is written, `const` is an `enum` of one, exclusive bounds have one form, what is always true is left out,
prose and names are dropped.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from specward.contract.graph import Fact

_BY_TYPE = {
    "string": {"minLength", "maxLength", "pattern", "format", "contentMediaType", "contentSchema"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "array": {"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems"},
    "object": {"minProperties", "maxProperties", "additionalProperties", "patternProperties",
               "propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"},
}  # fmt: skip
_BY_TYPE["integer"] = _BY_TYPE["number"]
_TYPED = frozenset[str]().union(*_BY_TYPE.values())

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


class Located(NamedTuple):
    """A part of a document as written, and its JSON pointer."""

    value: object
    pointer: str


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


class Document(NamedTuple):
    """The root of a document: what references are resolved against."""

    root: object

    def resolve(self, reference: str) -> Located | None:
        """The part a local reference leads to, or None."""
        if not reference.startswith("#"):
            return None
        value = self.root
        for token in reference[1:].split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return Located(value, reference[1:])

    def follow(self, part: Located) -> Located:
        """The part itself, or what it refers to when it is a reference and nothing else that matters."""
        seen = set()
        while isinstance(part.value, dict) and isinstance(reference := part.value.get("$ref"), str):
            target = self.resolve(reference)
            if target is None or reference in seen or not part.value.keys() <= _TRANSPARENT:
                break
            seen.add(reference)
            part = target
        return part


_TRANSPARENT = frozenset({"$ref", "description", "summary", "title", "examples", "example", "$comment"})


def text(value: object) -> str:
    """The JSON text of a value; numbers that are equal are written alike."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


class Schemas:
    """Reads the schemas of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._read: dict[int, Schema] = {}
        self._joined: dict[frozenset[int], Located] = {}
        self._parts: dict[int, frozenset[int]] = {}

    def canonical(self, part: Located) -> Schema:
        """The canonical form of a schema as written."""
        part = self._document.follow(part)
        if not isinstance(part.value, dict):
            return NOTHING if part.value is False else Schema(pointer=part.pointer)
        if id(part.value) not in self._read:
            self._read[id(part.value)] = Schema(pointer=part.pointer)  # what a cycle of allOf sees
            self._read[id(part.value)] = self._schema(part.value, part.pointer)
        return self._read[id(part.value)]

    def _schema(self, raw: dict[str, object], pointer: str) -> Schema:
        schema = _own(raw, pointer)
        reference = raw.get("$ref")
        if isinstance(reference, str):
            target = self._document.resolve(reference)
            if target is None:
                return Schema(facts={"$ref": Fact(reference, pointer)}, pointer=pointer)
            schema = self._merged(schema, self.canonical(target))
        for part in _items(raw, "allOf", pointer):
            schema = self._merged(schema, self.canonical(part))
        for keyword in ("anyOf", "oneOf"):
            if parts := _items(raw, keyword, pointer):
                union = _union([self.canonical(part) for part in parts], exactly_one=keyword == "oneOf")
                schema = self._merged(schema, union)
        if raw.get("nullable") is True:
            schema = schema._replace(nullable=True)
        return _split_types(schema)._replace(pointer=pointer)

    def _merged(self, first: Schema, second: Schema) -> Schema:
        """The schema that asks for both (allOf)."""
        properties = self._joint(first.properties, second.properties)
        children = self._joint(first.children, second.children)
        facts = dict(first.facts)
        for name, fact in second.facts.items():
            facts[name] = _tighter(name, facts[name], fact) if name in facts else fact
        if first.alternatives and second.alternatives:  # rare: a product of unions is kept as two facts
            facts["and"] = Fact(" and ".join(sorted(map(_signature, (first, second)))), second.pointer)
        return Schema(
            types=_common(first.types, second.types),
            nullable=first.nullable and second.nullable,
            enum=_intersection(first.enum, second.enum),
            facts=facts,
            required={**second.required, **first.required},
            properties=properties,
            children=children,
            alternatives=first.alternatives or second.alternatives,
            exactly_one=first.exactly_one or second.exactly_one,
            pointer=first.pointer,
        )

    def _joint(self, first: Mapping[str, Located], second: Mapping[str, Located]) -> dict[str, Located]:
        result = dict(first)
        for name, part in second.items():
            result[name] = self._both(result[name], part) if name in result else part
        return result

    def _both(self, first: Located, second: Located) -> Located:
        """The `allOf` of two parts: one object for one set of parts, so that schemas in circles end."""
        first, second = self._document.follow(first), self._document.follow(second)
        if first.value == second.value:
            return first
        parts = frozenset[int]().union(
            *(self._parts.get(id(p.value), {id(p.value)}) for p in (first, second))
        )
        if parts not in self._joined:
            joined = Located({"allOf": [first.value, second.value]}, first.pointer)
            self._joined[parts] = joined
            self._parts[id(joined.value)] = parts
        return self._joined[parts]


def _items(raw: dict[str, object], keyword: str, pointer: str) -> list[Located]:
    parts = raw.get(keyword)
    if not isinstance(parts, list):
        return []
    return [Located(part, f"{pointer}/{keyword}/{n}") for n, part in enumerate(parts)]


def _own(raw: dict[str, object], pointer: str) -> Schema:
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


def escape(token: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")


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
        tighter = _tighter(inclusive, bounds[exclusive], bounds[inclusive])
        name = exclusive if tighter.text == bounds[exclusive].text else inclusive
        facts[name] = bounds[name]


def _children(raw: dict[str, object], pointer: str) -> dict[str, Located]:
    children = {
        key: Located(value, f"{pointer}/{key}")
        for key, value in raw.items()
        if key in _SCHEMAS and not (value is True or value == {} or (key == "items" and value is False))
    }
    for key in _SCHEMA_LISTS:
        children.update({f"{key} {n}": part for n, part in enumerate(_items(raw, key, pointer))})
    for key in _SCHEMA_MAPS:
        mapping = raw.get(key)
        if isinstance(mapping, dict):
            for name, value in mapping.items():
                children[f"{key} {name}"] = Located(value, f"{pointer}/{key}/{escape(name)}")
    return children


def _signature(schema: Schema) -> str:
    return text([sorted(part.types) + sorted(part.properties) for part in schema.alternatives])


def _common(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    if not first or not second:
        return first | second
    if {"integer", "number"} == first | second:
        return frozenset({"integer"})
    return first & second


def _intersection(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _tighter(keyword: str, first: Fact, second: Fact) -> Fact:
    if first.text == second.text:
        return first
    try:
        bounds = {float(first.text): first, float(second.text): second}
    except ValueError:
        joined = " and ".join(sorted({first.text, second.text}))
        return Fact(joined, first.pointer)
    return bounds[min(bounds) if "max" in keyword.lower() else max(bounds)]


def _union(parts: list[Schema], *, exactly_one: bool) -> Schema:
    """The schema that asks for one of the parts; null among them becomes the flag."""
    kept: list[Schema] = []
    for part in parts:
        kept.extend(part.alternatives if _is_only_union(part) else [part])
    nullable = any(part.nullable for part in parts)
    kept = [part._replace(nullable=False) for part in kept if not part.only_null]
    if not kept:
        return Schema(types=frozenset({"null"}), nullable=nullable)
    if len(kept) == 1:
        return kept[0]._replace(nullable=nullable)
    return Schema(
        nullable=nullable, alternatives=tuple(kept), exactly_one=exactly_one and not _disjoint(kept)
    )


def _is_only_union(schema: Schema) -> bool:
    rest = schema._replace(alternatives=(), nullable=True, pointer="")
    return bool(schema.alternatives) and rest == Schema()


def _disjoint(parts: list[Schema]) -> bool:
    """Whether no value can match two of the parts, so that `oneOf` and `anyOf` mean the same."""
    types = [name for part in parts for name in part.types or {"any", "any other"}]
    overlapping = {"any"} & set(types) or {"integer", "number"} <= set(types)
    return not overlapping and len(types) == len(set(types))


def _split_types(schema: Schema) -> Schema:
    """A list of types as the union that it is."""
    if len(schema.types) < 2 or schema.enum is not None or schema.alternatives:  # noqa: PLR2004 -- two types
        return schema
    parts = tuple(_restricted(schema, name) for name in sorted(schema.types))
    return schema._replace(
        types=frozenset(),
        facts={key: fact for key, fact in schema.facts.items() if key not in _TYPED},
        children={key: part for key, part in schema.children.items() if key.split()[0] not in _TYPED},
        required={},
        properties={},
        alternatives=parts,
    )


def _restricted(schema: Schema, name: str) -> Schema:
    own = _BY_TYPE.get(name, set())
    is_object = name == "object"
    return Schema(
        types=frozenset({name}),
        nullable=False,
        facts={key: fact for key, fact in schema.facts.items() if key in own},
        children={key: part for key, part in schema.children.items() if key.split()[0] in own},
        required=schema.required if is_object else {},
        properties=schema.properties if is_object else {},
        pointer=schema.pointer,
    )
