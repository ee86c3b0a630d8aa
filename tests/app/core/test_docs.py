"""Swagger UI works without a network."""

import re

import pytest
from httpx2 import AsyncClient

pytestmark = pytest.mark.anyio


async def test_the_page_refers_to_nothing_outside(client: AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "SwaggerUIBundle(" in page
    assert not re.findall(r"""["'(](?:https?:)?//""", page)
    # Its default is a validator on somebody else's server.
    assert '"validatorUrl": null' in page


async def test_all_that_the_page_refers_to_is_here(client: AsyncClient) -> None:
    page = (await client.get("/docs")).text
    referred = [
        url for url in re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page) for url in url if url
    ]
    assert {"/openapi.json", "/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"} < set(
        referred
    )
    for url in referred:
        if not url.startswith("data:"):
            assert (await client.get(url)).is_success, url


async def test_the_style_refers_to_nothing_outside(client: AsyncClient) -> None:
    style = (await client.get("/docs/assets/swagger-ui.css")).text
    assert not re.findall(r"""url\((?!["']?data:)""", style)


@pytest.mark.parametrize("asked", ["lines=a", "bytes=9-3", "bytes=999999999-", "bytes=0-3"])
async def test_its_files_are_served_whole(client: AsyncClient, asked: str) -> None:
    """Whatever range is asked for, also a faulty one: no error is in plain text."""
    path = "/docs/assets/swagger-ui.css"
    whole, answer = await client.get(path), await client.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, whole.content)


async def test_every_header_of_the_document_says_what_it_is_for(client: AsyncClient) -> None:
    """Whoever writes a client may have nothing else to read."""
    paths = (await client.get("/openapi.json")).json()["paths"]
    operations = [each for item in paths.values() for each in item.values()]
    headers = [one for each in operations for one in each.get("parameters", ()) if one["in"] == "header"]
    assert headers
    assert [one["name"] for one in headers if not one.get("description")] == []
