"""One line for each request, and nothing personal in any log: see also `keeps_secrets` in conftest.py."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from app.core import logs
from app.core.telemetry import Discreet
from tests.app.conftest import Person

pytestmark = pytest.mark.anyio

SECRET = "do-not-log-me"


Lines = list[dict[str, Any]]


class Keep(logging.Handler):
    """Keeps what would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.formatter())
        self.lines: Lines = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged during the test."""
    keep = Keep()
    logging.getLogger().addHandler(keep)
    yield keep.lines
    logging.getLogger().removeHandler(keep)


def of_requests(lines: Lines) -> Lines:
    return [line for line in lines if line["event"] == "request"]


async def test_a_line_for_each_request(lines: Lines, alice: Person) -> None:
    account = (await alice.call("GET", "/v1/account")).json()["id"]
    await alice.client.get(f"/{SECRET}?{SECRET}")
    known, unknown = of_requests(lines)[-2:]
    assert known["account_id"] == account
    assert (known["method"], known["route"], known["status"]) == ("GET", "/v1/account", 200)
    assert known["request_id"] != unknown["request_id"]
    assert known["milliseconds"] > 0
    assert (unknown["route"], unknown["status"]) == (None, 404)
    assert "account_id" not in unknown


async def test_a_head_is_none_that_was_got(lines: Lines, alice: Person) -> None:
    await alice.call("HEAD", "/v1/account")
    (line,) = of_requests(lines)[-1:]
    assert (line["method"], line["route"], line["status"]) == ("HEAD", "/v1/account", 200)


async def test_a_failure_is_logged_without_its_words(lines: Lines, app: FastAPI, alice: Person) -> None:
    @app.get("/boom/{secret:path}")  # how it is matched is no part of the template
    async def boom(secret: str) -> None:
        raise RuntimeError(secret)

    answer = await alice.call("GET", f"/boom/{SECRET}")
    (failure,) = (line for line in lines if line["event"] == "request failed")
    assert answer.json()["detail"] == failure["request_id"] == of_requests(lines)[-1]["request_id"]
    assert failure["error"] == "RuntimeError"
    assert failure["frames"][-1].endswith(" boom")
    assert of_requests(lines)[-1]["route"] == "/boom/{secret}"
    assert SECRET not in json.dumps(lines)


async def test_a_library_is_logged_the_same_way(lines: Lines) -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("library").exception("it went %s", "wrong")
    line = lines[-1]
    assert (line["event"], line["level"], line["logger"]) == ("it went wrong", "error", "library")
    assert line["error"] == "ValueError"
    assert SECRET not in json.dumps(line)


async def test_nothing_personal_is_logged(lines: Lines, alice: Person) -> None:
    """Not in the lines of what works, nor of what does not."""
    text = {"about": SECRET, "display_name": SECRET, "avatar_url": f"https://{SECRET}.example"}
    for if_match in ("*", '"7"'):
        await alice.call("PATCH", "/v1/profile", json=text, headers={"If-Match": if_match})
    await alice.call("PATCH", "/v1/profile", json={"locale": SECRET, SECRET: SECRET})
    for password in (SECRET, SECRET * 9):
        credentials = {"email": f"{SECRET}@example.org", "password": password}
        await alice.client.post("/v1/auth/register", json=credentials)
        await alice.client.post("/v1/auth/login", json=credentials)
    await alice.client.get("/v1/account", headers={"Authorization": f"Bearer {SECRET}"})
    assert len(of_requests(lines)) >= 10
    assert SECRET not in json.dumps(lines)


async def test_traces_and_metrics(app: FastAPI, client: AsyncClient, alice: Person, lines: Lines) -> None:
    """A span and a duration for each request, health left out, and nothing personal in them."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracer_provider = TracerProvider(Discreet(ALWAYS_ON))
    tracer_provider.add_span_processor(SimpleSpanProcessor(spans))
    telemetry = app._native_telemetry.config  # noqa: SLF001 -- the public providers are the process's
    telemetry["tracer_provider"] = tracer_provider
    telemetry["meter_provider"] = MeterProvider([reader])
    parent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    await alice.call("PATCH", "/v1/profile", json={"about": SECRET}, headers={"If-Match": "*", **parent})
    await client.post("/v1/auth/login", json={"email": f"{SECRET}@example.org", "password": SECRET})
    await client.get("/v1/account", params={"who": SECRET})
    await client.get("/livez")
    served = [span for span in spans.get_finished_spans() if span.kind.name == "SERVER"]
    assert [span.name for span in served] == ["PATCH /v1/profile", "POST /v1/auth/login", "GET /v1/account"]
    assert of_requests(lines)[-4]["trace_id"] == "a" * 32
    metrics = reader.get_metrics_data()
    assert metrics is not None
    written = "".join(span.to_json() for span in spans.get_finished_spans()) + metrics.to_json()
    assert "http.server.request.duration" in written
    for secret in (SECRET, alice.email, alice.tokens["access_token"]):
        assert secret not in written
