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
