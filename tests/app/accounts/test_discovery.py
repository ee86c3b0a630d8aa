"""T-115: an OpenID Connect issuer says itself where its keys are."""

import asyncio
import secrets

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from app.core.issuers import keys
from app.core.issuers.discovery import discovery_url, is_loopback, read_jwks_url
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.issuers import Issuer
from tests.app.conftest import Person, running, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(database: Urls, issuer: Issuer) -> FastAPI:
    by_name = issuer.profile.model_copy(update={"jwks_url": None})
    settings = settings_for(database.app)
    return create_app(settings.model_copy(update={"external_issuers": (by_name,)}))


async def status(person: Person) -> int:
    return (await person.call("GET", "/v1/account")).status_code


async def test_the_issuer_and_the_audience_are_enough(issuer: Issuer, client: AsyncClient) -> None:
    assert await status(issuer.person(client)) == 200
    assert (issuer.discoveries, issuer.fetches) == (1, 1)


async def test_a_flood_of_unknown_kids_causes_one_fetch_of_each(issuer: Issuer, client: AsyncClient) -> None:
    assert await status(issuer.person(client)) == 200
    flood = [issuer.person(client, header={"kid": secrets.token_hex(8)}) for _ in range(200)]
    assert set(await asyncio.gather(*map(status, flood))) == {401}
    assert (issuer.discoveries, issuer.fetches) == (2, 2)
    assert await status(issuer.person(client)) == 200


@pytest.mark.parametrize(
    "altered",
    [
        {"issuer": "https://other.example.org"},
        {"jwks_uri": "http://keys.example.org/keys"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"jwks_uri": None},
        {"issuer": None},
    ],
)
async def test_a_document_that_cannot_be_trusted_gives_no_key(
    app: FastAPI, issuer: Issuer, altered: dict[str, object]
) -> None:
    issuer.metadata |= altered
    async with running(app) as client:
        assert await status(issuer.person(client)) == 503
    assert issuer.fetches == 0


async def test_an_issuer_that_has_named_no_host_is_asked_again(
    app: FastAPI, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A soft hyphen is all of its name: that is a URL, and nothing that can be looked up."""
    monkeypatch.setattr(keys, "RETRY_SECONDS", 0.01)
    right = issuer.metadata["jwks_uri"]
    issuer.metadata["jwks_uri"] = "https://\u00ad.example.org/keys"
    async with running(app) as client:
        while issuer.discoveries < 2:  # noqa: ASYNC110 -- the server counts in a thread of its own
            await asyncio.sleep(0.01)
        issuer.metadata["jwks_uri"] = right
        while await status(issuer.person(client)) != 200:  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.01)


async def test_another_spelling_is_another_issuer(app: FastAPI, issuer: Issuer) -> None:
    issuer.metadata["issuer"] = f"{issuer.origin}/"
    async with running(app) as client:
        assert await status(issuer.person(client)) == 503


@pytest.mark.parametrize("issuer", ["https://id.example.org", "https://id.example.org/tenant/"])
def test_where_the_document_is(issuer: str) -> None:
    assert discovery_url(issuer) == f"{issuer.rstrip('/')}/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://localhost:1/", "here"),
        ("http://127.9.9.9/", "here"),
        ("http://[::1]/", "here"),
        ("http://localhost.example.org/", "elsewhere"),
        ("http://10.0.0.1/", "elsewhere"),
        ("nonsense", "elsewhere"),
    ],
)
def test_what_is_this_machine(url: str, where: str) -> None:
    assert is_loopback(url) is (where == "here")


def test_an_issuer_that_is_encrypted_has_encrypted_keys() -> None:
    document = b'{"issuer": "https://a.example", "jwks_uri": "http://127.0.0.1/keys"}'
    with pytest.raises(ValueError, match="https"):
        read_jwks_url(document, "https://a.example")


@given(st.binary() | st.text().map(str.encode))
def test_whatever_comes_is_no_more_than_an_error(document: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- Pydantic's own, and ours
        read_jwks_url(document, "https://a.example")
