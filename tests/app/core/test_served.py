"""The service as a process: what it exports to a collector, and its documentation in a browser."""

import secrets
from pathlib import Path

import httpx2
import pytest

from specward.database.provision import Urls
from tests.app.conftest import Person
from tests.app.notifications.instances import Instance, instance
from tests.servers.otlp import otlp_receiver
from tests.specward.output.browser import browse, find_chromium

pytestmark = pytest.mark.anyio

CHROMIUM = find_chromium()
QUICKLY = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_METRIC_EXPORT_INTERVAL": "200"}  # milliseconds
SPANS = {
    "GET",
    "GET /v1/account",
    "PUT /v1/notifications/preferences/{kind}/{channel}",
    "PATCH /v1/profile",
    "POST /v1/auth/login",
}
OPERATIONS = "[...document.querySelectorAll('.opblock-summary-path')].map(e => e.dataset.path)"
METHODS = {"get", "put", "post", "patch", "delete"}


async def use(at: Instance, person: Person, secret: str) -> None:
    """Do things with something personal wherever a client can write it."""
    token = {"Authorization": f"Bearer {person.tokens['access_token']}", "User-Agent": secret}
    trace = {
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
        "tracestate": f"who={secret}",
        "baggage": f"who={secret}",
    }
    async with httpx2.AsyncClient(base_url=at.url, timeout=None) as client:
        await client.get("/v1/account", headers={**token, **trace}, params={"who": secret})
        preference = f"/v1/notifications/preferences/{secret}/{secret}"
        await client.put(preference, headers={**token, "Host": secret}, json={"enabled": True})
        await client.get(f"/{secret}")
        await client.patch("/v1/profile", headers={**token, "If-Match": "*"}, json={"about": secret})
        await client.post("/v1/auth/login", json={"email": f"{secret}@example.org", "password": secret})
        await client.get("/livez")


async def test_a_collector_gets_traces_and_metrics_and_nothing_personal(
    alice: Person, database: Urls, tmp_path: Path
) -> None:
    secret = secrets.token_hex()
    with otlp_receiver() as received:
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, **QUICKLY}
        with instance(tmp_path, DATABASE_URL=database.app, **variables) as at:
            await use(at, alice, secret)
            received.wait_for(SPANS, {"http.server.request.duration"})
    assert not any("livez" in span for span in received.spans)
    for personal in (secret, alice.email, alice.tokens["access_token"], alice.tokens["refresh_token"]):
        assert personal.encode() not in received.raw


@pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium on the PATH: `.ci/chromium` brings one.")
async def test_the_documentation_is_rendered_without_a_network(database: Urls, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    with instance(tmp_path, DATABASE_URL=database.app) as at:
        async with httpx2.AsyncClient(timeout=None) as client:
            paths = (await client.get(f"{at.url}/openapi.json")).json()["paths"]
        with browse(CHROMIUM, tmp_path / "profile") as page:
            page.call("Page.navigate", url=f"{at.url}/docs")
            expected = sorted(path for path, item in paths.items() for method in item if method in METHODS)
            while len(shown := page.ask(OPERATIONS)) < len(expected):
                continue
    assert sorted(path.replace("\u200b", "") for path in shown) == expected
    assert {url for url in page.requests if not url.startswith((at.url, "data:", "blob:"))} <= {"about:blank"}
    assert page.complaints == []
