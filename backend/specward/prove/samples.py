"""A value that a schema allows: the least of it, and what is known of a name."""

from collections.abc import Mapping

from specward.contract.documents import Document, Located

_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "nobody@example.org",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "uri": "https://example.org/",
}
_DEPTH = 8  # of a schema that refers to itself


def sample(schema: object, document: Document, known: Mapping[str, object], depth: int = _DEPTH) -> object:
    """Return the least that a schema allows.

    Args:
        schema: as written.
        document: what its references are resolved against.
        known: values by the name of the property; one that is known is given even if it is optional.
        depth: how deep to go.
    """
    found = document.follow(Located(schema, "")).value
    if not isinstance(found, dict) or not depth:
        return None
    for keyword in ("const", "example", "default"):
        if keyword in found:
            return found[keyword]
    for keyword in ("enum", "examples"):
        if isinstance(values := found.get(keyword), list) and values:
            return values[0]
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(options := found.get(keyword), list) and options:
            values = [sample(option, document, known, depth - 1) for option in options]
            return _merged(values) if keyword == "allOf" else next((v for v in values if v is not None), None)
    return _of_type(found, document, known, depth)


def properties(schema: object, document: Document) -> tuple[str, ...]:
    """Return the names of a body's properties."""
    found = document.follow(Located(schema, "")).value
    declared = found.get("properties") if isinstance(found, dict) else None
    return tuple(declared) if isinstance(declared, dict) else ()


def is_choice(schema: object, document: Document) -> bool:
    """Return whether a schema itself says which values there are."""
    found = document.follow(Located(schema, "")).value
    return isinstance(found, dict) and bool({"const", "enum"} & found.keys())


def _merged(values: list[object]) -> object:
    return {key: value for part in values if isinstance(part, dict) for key, value in part.items()}


def _of_type(
    schema: Mapping[str, object], document: Document, known: Mapping[str, object], depth: int
) -> object:
    stated = schema.get("type")
    kind = next((k for k in stated if k != "null"), "null") if isinstance(stated, list) else stated
    if kind == "object" or "properties" in schema:
        return _object(schema, document, known, depth)
    if kind == "array":
        least = schema.get("minItems", 0)
        return [sample(schema.get("items"), document, known, depth - 1)] * (
            least if isinstance(least, int) else 0
        )
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    if kind == "string":
        least = schema.get("minLength", 1)
        return _FORMATS.get(str(schema.get("format")), "x" * (least if isinstance(least, int) else 1))
    return None


def _object(
    schema: Mapping[str, object], document: Document, known: Mapping[str, object], depth: int
) -> object:
    declared, required = schema.get("properties", {}), schema.get("required", [])
    parts = declared if isinstance(declared, dict) else {}
    wanted = set(required if isinstance(required, list) else ()) | (parts.keys() & known.keys())
    return {
        name: known[name] if name in known else sample(part, document, known, depth - 1)
        for name, part in parts.items()
        if name in wanted
    }
