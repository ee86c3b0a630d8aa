"""What the OpenAPI document says about a request: no answer of the run may be one that it leaves out."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2

from app.core.problems import MEDIA_TYPE
from app.main import create_app

METHODS = {"get", "put", "post", "patch", "delete"}


@cache
def document() -> dict[str, Any]:
    """The document that the application serves."""
    return create_app().openapi()


def operations() -> Iterator[tuple[str, str]]:
    """The method and the path of every operation."""
    for path, item in document()["paths"].items():
        yield from ((method.upper(), path) for method in METHODS & item.keys())


@cache
def answers_of(method: str, path: str) -> frozenset[str] | None:
    """The answers that the document names for a request; None where that is for no operation."""
    # What is letter by letter comes before its template: OpenAPI 3.1, "Path Templating Matching".
    paths = sorted(document()["paths"].items(), key=lambda each: each[0].count("{"))
    fitting = [item for template, item in paths if _pattern(template).fullmatch(path)]
    operation = fitting[0].get(method.lower()) if fitting else None
    return frozenset(_named(operation)) if operation else None


def answer_of(response: httpx2.Response) -> str:
    """The name of an answer that has been read: its status, and of a problem the type."""
    is_problem = response.headers.get("content-type") == MEDIA_TYPE and response.content != b""
    kind = json.loads(response.content)["type"].removeprefix("/problems/") if is_problem else ""
    return f"{response.status_code} {kind}".rstrip()


def _named(operation: dict[str, Any]) -> Iterator[str]:
    for status, response in operation["responses"].items():
        kinds = response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", [""])
        yield from (f"{status} {kind}".rstrip() for kind in kinds)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
