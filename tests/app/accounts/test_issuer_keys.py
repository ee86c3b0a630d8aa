"""T-113: keys come and go, issuers fail, and strangers make up key ids."""

import asyncio
import json
import secrets
from threading import Event

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.issuers import keys, tokens
from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.issuers import Answer, Issuer, Key, issuing, new_key, rsa_key
from tests.app.conftest import Person, running, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(database: Urls, issuer: Issuer) -> FastAPI:
    settings = settings_for(database.app)
    return create_app(settings.model_copy(update={"external_issuers": (issuer.profile,)}))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every unknown key id cause a fetch, so that no test waits half a minute."""
    monkeypatch.setattr(keys, "UNKNOWN_KID_SECONDS", 0)


async def status(person: Person) -> int:
    return (await person.call("GET", "/v1/account")).status_code


async def test_keys_are_fetched_before_anybody_asks(issuer: Issuer, client: AsyncClient) -> None:
    assert await status(issuer.person(client)) == 200
    assert await status(issuer.person(client)) == 200
    assert issuer.fetches == 1


async def test_a_flood_of_unknown_kids_causes_one_fetch(issuer: Issuer, client: AsyncClient) -> None:
    assert await status(issuer.person(client)) == 200
    flood = [issuer.person(client, header={"kid": secrets.token_hex(8)}) for _ in range(200)]
    assert set(await asyncio.gather(*map(status, flood))) == {401}
    assert {await status(person) for person in flood} == {401}
    assert issuer.fetches == 2
    assert await status(issuer.person(client)) == 200


async def test_what_cannot_be_valid_causes_no_fetch(issuer: Issuer, client: AsyncClient) -> None:
    assert await status(issuer.person(client)) == 200
    unknown = {"kid": "unknown"}
    assert await status(issuer.person(client, header={**unknown, "typ": "JWT"})) == 401
    assert await status(issuer.person(client, key=Key("unknown", "RS512", rsa_key()))) == 401
    assert await status(issuer.person(client, header={"kid": None})) == 401
    assert await status(issuer.person(client, header=unknown, iss="https://other.example.org")) == 401
    assert issuer.fetches == 1


async def test_a_new_key_is_found_at_once_by_all_who_need_it(issuer: Issuer, client: AsyncClient) -> None:
    before = issuer.keys[0]
    assert await status(issuer.person(client)) == 200
    issuer.keys.insert(0, new_key())
    assert set(await asyncio.gather(*(status(issuer.person(client)) for _ in range(20)))) == {200}
    assert issuer.fetches == 2
    assert await status(issuer.person(client, key=before)) == 200


@pytest.mark.usefixtures("impatient")
async def test_a_withdrawn_key_verifies_nothing_more(
    issuer: Issuer, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "TRUST_SECONDS", 0)
    withdrawn = issuer.keys[0]
    person = issuer.person(client)
    assert await status(person) == 200
    issuer.keys = [new_key()]
    assert await status(issuer.person(client)) == 200
    assert await status(person) == 401
    assert await status(issuer.person(client, key=withdrawn)) == 401


async def test_keys_are_fetched_anew_without_being_asked_for(
    issuer: Issuer, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "REFRESH_SECONDS", 0.01)
    assert await status(issuer.person(client)) == 200  # begun with the old number, perhaps
    assert await status(issuer.person(client, header={"kid": "unknown"})) == 401
    seen = issuer.fetches
    while issuer.fetches < seen + 3:  # noqa: ASYNC110 -- the server counts in a thread of its own
        await asyncio.sleep(0.01)


def redirect(to: Issuer) -> Answer:
    return Answer(302, headers=(("Location", to.jwks_url),))


def huge(issuer: Issuer) -> Answer:
    """A set that is right, and larger than any set needs to be."""
    return Answer(body=issuer.key_set().body + b" " * keys.SET_BYTES)


UNFIT = {
    "error": Answer(500),
    "not found": Answer(404),
    "page": Answer(body=b"<html>"),
    "other document": Answer(body=b"[]"),
    "no keys": Answer(body=b'{"keys": 1}'),
    "nested": Answer(body=b'{"keys": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    "packed": Answer(body=b"\x1f\x8b\x08", headers=(("Content-Encoding", "gzip"),)),
}


@pytest.mark.parametrize("answer", UNFIT)
@pytest.mark.usefixtures("impatient")
async def test_while_an_issuer_fails_its_known_keys_go_on(
    answer: str, issuer: Issuer, client: AsyncClient
) -> None:
    assert await status(issuer.person(client)) == 200
    issuer.answer = lambda: UNFIT[answer]
    unknown = await issuer.person(client, key=new_key()).call("GET", "/v1/account")
    assert (unknown.status_code, unknown.json()["type"]) == (503, "/problems/unavailable")
    assert await status(issuer.person(client)) == 200
    issuer.answer = issuer.key_set
    assert await status(issuer.person(client, key=new_key())) == 401


@pytest.mark.usefixtures("impatient")
async def test_known_keys_go_on_for_a_day(
    issuer: Issuer, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await status(issuer.person(client)) == 200
    issuer.answer = lambda: Answer(500)
    monkeypatch.setattr(keys, "DAY_SECONDS", 0)
    assert await status(issuer.person(client)) == 503


@pytest.mark.usefixtures("impatient")
async def test_an_issuer_may_be_down_at_the_start(app: FastAPI, issuer: Issuer) -> None:
    issuer.answer = lambda: Answer(500)
    async with running(app) as client:
        assert await status(issuer.person(client)) == 503
        issuer.answer = issuer.key_set
        assert await status(issuer.person(client)) == 200


async def test_an_issuer_that_is_gone_is_unavailable(database: Urls) -> None:
    with issuing() as issuer:
        settings = settings_for(database.app).model_copy(update={"external_issuers": (issuer.profile,)})
    async with running(create_app(settings)) as client:
        assert await status(issuer.person(client)) == 503
        assert (await client.get("/readyz")).status_code == 200


async def test_a_redirect_is_not_followed(app: FastAPI, issuer: Issuer) -> None:
    with issuing() as elsewhere:
        elsewhere.keys = issuer.keys
        issuer.answer = lambda: redirect(elsewhere)
        async with running(app) as client:
            assert await status(issuer.person(client)) == 503
        assert (issuer.fetches, elsewhere.fetches) == (1, 0)


async def test_a_huge_set_is_not_read(app: FastAPI, issuer: Issuer) -> None:
    issuer.answer = lambda: huge(issuer)
    async with running(app) as client:
        assert await status(issuer.person(client)) == 503


async def test_who_waits_for_keys_keeps_nobody_waiting(app: FastAPI, issuer: Issuer) -> None:
    """The loop serves others while an issuer takes its time."""
    release = Event()

    def slowly() -> Answer:
        release.wait()
        return issuer.key_set()

    issuer.answer = slowly
    async with running(app) as client:
        waiting = asyncio.create_task(status(issuer.person(client)))
        assert (await client.get("/readyz")).status_code == 200
        assert not waiting.done()
        release.set()
        assert await waiting == 200


async def test_an_issuer_that_never_answers_is_given_up(
    app: FastAPI, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "FETCH_SECONDS", 0.05)
    release = Event()

    def never() -> Answer:
        release.wait()
        return Answer(500)

    issuer.answer = never
    try:
        async with running(app) as client:
            assert await status(issuer.person(client)) == 503
    finally:
        release.set()


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # of the issuer
async def test_of_a_set_only_what_fits_is_used(app: FastAPI, issuer: Issuer) -> None:
    (good,) = issuer.keys
    weak, ecc = Key("weak", "RS256", rsa_key(1024)), new_key("ES256")
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"}
    unfit: list[object] = [
        weak.jwk(),
        secret,
        new_key("ES256").jwk(crv="P-384"),
        new_key().jwk(kid=None),
        new_key().jwk(kty="new"),
        {},
    ]
    unused = {
        "encryption": good.jwk(kid="encryption", use="enc"),
        "signing": good.jwk(kid="signing", key_ops=["sign"]),
        "mislabelled": ecc.jwk(kid="mislabelled", alg="EdDSA"),
    }
    document = {"keys": [*unfit, *unused.values(), good.jwk(alg=None, use=None)]}
    issuer.answer = lambda: Answer(body=json.dumps(document).encode())
    async with running(app) as client:
        assert await status(issuer.person(client)) == 200
        assert await status(issuer.person(client, key=weak)) == 401
        for kid in unused:
            key = ecc if kid == "mislabelled" else good
            assert await status(issuer.person(client, key=key._replace(kid=kid))) == 401
