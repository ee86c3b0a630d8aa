"""An OpenAPI document, and the way around in it: pointers, references, and values as text."""

import json
from typing import NamedTuple
from urllib.parse import unquote

_TRANSPARENT = frozenset({"$ref", "description", "summary", "title", "examples", "example", "$comment"})


class Located(NamedTuple):
    """A part of a document as written, and its JSON pointer."""

    value: object
    pointer: str


class Document(NamedTuple):
    """The root of a document: what references are resolved against."""

    root: object

    def resolve(self, reference: str) -> Located | None:
        """The part a local reference leads to, or None."""
        if not reference.startswith("#"):
            return None
        value = self.root
        for token in reference[1:].split("/")[1:]:
            key = unquote(token).replace("~1", "/").replace("~0", "~")
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


def escape(token: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")


def items(raw: dict[str, object], keyword: str, pointer: str) -> list[Located]:
    """The parts of a list under a keyword; none where it is no list."""
    parts = raw.get(keyword)
    if not isinstance(parts, list):
        return []
    return [Located(part, f"{pointer}/{keyword}/{n}") for n, part in enumerate(parts)]
