"""Every error is a problem document, and none repeats what the client sent."""

import json
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from psycopg_pool import PoolTimeout

from tests.app.conftest import PASSWORD, Person

pytestmark = pytest.mark.anyio

SECRET = "do-not-repeat-me"


def problem(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"].startswith("/problems/")
    assert document["title"]
    assert SECRET not in answer.text
    return document


async def test_a_path_that_is_not_there(client: AsyncClient) -> None:
    assert problem(await client.get(f"/{SECRET}"))["type"] == "/problems/not-found"


async def test_another_spelling_of_a_path_leads_nowhere(client: AsyncClient) -> None:
    """A client would follow, with its password, to wherever this service believes to be."""
    answer = await client.post("/v1/auth/login/", json={"email": "a@example.org", "password": SECRET})
    assert problem(answer)["type"] == "/problems/not-found"
    assert "location" not in answer.headers


async def test_a_method_that_is_not_offered(client: AsyncClient) -> None:
    answer = await client.put("/v1/auth/login")
    assert problem(answer)["type"] == "/problems/method-not-allowed"
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/profile", "GET, HEAD, PATCH"),
        ("/v1/account", "GET, HEAD"),
        ("/v1/notifications/0198f000-0000-7000-8000-000000000000", "GET, HEAD, DELETE"),
        ("/v1/auth/sessions", "GET, HEAD"),
        ("/livez", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "TRACE"])
async def test_every_method_of_a_path_is_named(
    client: AsyncClient, path: str, allowed: str, method: str
) -> None:
    """Whichever route refuses: the others of the same path are offered as well (RFC 9110 §15.5.6)."""
    answer = await client.request(method, path)
    assert problem(answer)["type"] == "/problems/method-not-allowed"
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": SECRET, "password": PASSWORD}, "/email"),
        ({"email": "a@example.org", "password": "short"}, "/password"),
        ({"email": "a@example.org", "password": SECRET * 9}, "/password"),
        ({"email": "a@example.org"}, "/password"),
        ({"email": "a@example.org", "password": [SECRET]}, "/password"),
        ({"email": "a@example.org", "password": PASSWORD, SECRET: SECRET}, ""),
        ([SECRET], ""),
        (None, ""),
    ],
)
async def test_a_body_that_does_not_fit(client: AsyncClient, body: object, pointer: str) -> None:
    document = problem(await client.post("/v1/auth/register", json=body))
    assert document["type"] == "/problems/invalid-request"
    assert [fault["pointer"] for fault in document["errors"]] == [pointer]
    assert all(fault["message"] for fault in document["errors"])


@pytest.mark.parametrize("content", [b"{", b'{"email": "\xff"}', SECRET.encode(), b'"\\ud800"'])
async def test_a_body_that_cannot_be_read(client: AsyncClient, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/v1/auth/register", content=content, headers=headers)
    document = problem(answer)
    assert document["type"] == "/problems/invalid-request"
    assert all(fault["pointer"] == "" for fault in document.get("errors", []))  # the whole of it


@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonl", "json", ""]
)
async def test_a_body_that_is_not_declared_to_be_json(client: AsyncClient, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    answer = await client.post("/v1/auth/register", content=b'{"email": "a@example.org"}', headers=headers)
    assert answer.status_code == 415
    assert problem(answer)["type"] == "/problems/unsupported-media-type"
    assert answer.headers["accept-post"] == "application/json"


@pytest.mark.parametrize(
    ("operation", "name", "taken"),
    [
        ("POST /v1/notifications/read-all", "Accept-Post", "application/json"),
        ("PUT /v1/notifications/preferences/product/live", "Accept", "application/json"),
        ("PATCH /v1/profile", "Accept-Patch", "application/merge-patch+json, application/json"),
    ],
)
async def test_what_is_taken_is_named(
    client: AsyncClient, alice: Person, operation: str, name: str, taken: str
) -> None:
    """To those who may ask at all."""
    method, path = operation.split()
    body = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
    refused = await alice.call(method, path, **body)
    assert (refused.status_code, refused.headers[name]) == (415, taken)
    assert (await client.request(method, path, content=b"x", headers=body["headers"])).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(("password", "rule"), [("x", "at least 12"), ("x" * 2000, "at most")])
async def test_a_password_that_does_not_fit_is_not_measured(
    client: AsyncClient, password: str, rule: str
) -> None:
    """What is told is the rule, and not how far from it the secret is."""
    body = {"email": "a@example.org", "password": password}
    [fault] = problem(await client.post("/v1/auth/register", json=body))["errors"]
    assert fault["pointer"] == "/password"
    assert fault["message"].startswith(f"It must have {rule} ")
    assert f"not {len(password)}" not in fault["message"]


async def test_a_header_that_does_not_fit(alice: Person) -> None:
    answer = await alice.call("GET", "/v1/profile", headers={"If-None-Match": SECRET * 20})
    assert [fault["pointer"] for fault in problem(answer)["errors"]] == ["If-None-Match"]


@pytest.mark.parametrize(("name", "value"), [("kind", SECRET), ("cursor", SECRET * 20)])
async def test_a_parameter_that_may_be_left_out_has_one_fault(alice: Person, name: str, value: str) -> None:
    """To leave it out is no value that a client could write."""
    answer = await alice.call("GET", "/v1/notifications", params={name: value})
    [fault] = problem(answer)["errors"]
    assert fault["pointer"] == name
    assert "None" not in fault["message"]


async def test_our_own_fault(app: FastAPI, alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    """The answer has a reference that the log has as well, and nothing else."""

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError(SECRET)

    document = problem(await alice.call("GET", "/boom"))
    assert document["type"] == "/problems/internal-error"
    assert document["detail"] in caplog.text


async def test_a_database_that_cannot_be_reached(
    app: FastAPI, client: AsyncClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def timeout() -> None:
        raise PoolTimeout(SECRET)

    monkeypatch.setattr(app.state.runtime.database, "_pool", SimpleNamespace(getconn=timeout))
    for answer in (await alice.call("GET", "/v1/profile"), await client.get("/readyz")):
        assert problem(answer)["type"] == "/problems/unavailable"
        assert int(answer.headers["retry-after"]) > 0
    assert (await client.get("/livez")).json() == {"status": "ok"}
    monkeypatch.undo()


async def test_health(client: AsyncClient) -> None:
    for path in ("/livez", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_every_documented_problem_has_a_schema(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    references = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert references <= schemas.keys()
    assert set(schemas["Problem"]["required"]) == {"type", "title", "status"}
