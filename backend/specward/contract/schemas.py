"""JSON Schemas of OpenAPI 3.0 and 3.1 in one canonical form.

What means the same reads the same: references are followed, `allOf` is merged, null is a flag however it
is written, `const` is an `enum` of one, exclusive bounds have one form, what is always true is left out,
prose and names are dropped.
"""

from collections.abc import Mapping

from specward.contract.documents import Document, Located, items, text
from specward.contract.graph import Fact
from specward.contract.keywords import NOTHING, Schema, own, tighter

_BY_TYPE = {
    "string": {"minLength", "maxLength", "pattern", "format", "contentMediaType", "contentSchema"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "array": {"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems"},
    "object": {"minProperties", "maxProperties", "additionalProperties", "patternProperties",
               "propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"},
}  # fmt: skip
_BY_TYPE["integer"] = _BY_TYPE["number"]
_TYPED = frozenset[str]().union(*_BY_TYPE.values())


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
        schema = own(raw, pointer)
        reference = raw.get("$ref")
        if isinstance(reference, str):
            target = self._document.resolve(reference)
            if target is None:
                return Schema(facts={"$ref": Fact(reference, pointer)}, pointer=pointer)
            schema = self._merged(schema, self.canonical(target))
        for part in items(raw, "allOf", pointer):
            schema = self._merged(schema, self.canonical(part))
        for keyword in ("anyOf", "oneOf"):
            if parts := items(raw, keyword, pointer):
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
            facts[name] = tighter(name, facts[name], fact) if name in facts else fact
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
