"""T-006: the document shows what goes in and out, and which problems there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.core.problems import MEDIA_TYPE
from tests.app.core import documented


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documented.document()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation by its id."""
    for method, path in documented.operations():
        operation = document["paths"][path][method.lower()]
        yield operation["operationId"], operation


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each media type that goes in or out, with what the document says of it."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for response in operation["responses"].values():
        yield from response.get("content", {}).items()


def examples(document: dict[str, Any], media: dict[str, Any]) -> list[Any]:
    """The examples of a body: its own, or those of its schema."""
    if "examples" in media:
        return [shown["value"] for shown in media["examples"].values()]
    name = media["schema"].get("$ref", "").rpartition("/")[2]
    shown: list[Any] = document["components"]["schemas"].get(name, media["schema"]).get("examples", [])
    return shown


def test_every_body_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for media_type, media in bodies(operation):
            shown = examples(document, media)
            assert shown, (name, media_type)
            schema = {**media["schema"], "components": document["components"]}
            for value in shown:
                Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


def test_every_problem_is_shown_with_each_of_its_types(document: dict[str, Any]) -> None:
    seen = set()
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            shown = response["content"][MEDIA_TYPE]["examples"]
            for kind, problem in shown.items():
                assert problem["value"]["type"] == f"/problems/{kind}", name
                assert problem["value"]["status"] == int(status), name
            seen |= shown.keys()
            has_key = any(
                parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ())
            )
            assert ("idempotency-mismatch" in shown) == (has_key and status == "422"), name
    assert seen == {
        *("invalid-request", "unauthenticated", "invalid-credentials", "wrong-password", "invalid-token"),
        *("not-found", "version-mismatch", "version-required", "idempotency-mismatch"),
        *(
            "too-many-requests",
            "payload-too-large",
            "unsupported-media-type",
            "internal-error",
            "unavailable",
        ),
    }
