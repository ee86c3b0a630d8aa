"""T-113: a token of a trusted issuer that is anything but right answers like any other bad token."""

import base64
import json
import time
from collections.abc import Callable, Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.main import create_app
from specward.database.provision import Urls
from tests.app.accounts.issuers import AUDIENCE, Issuer, Key, issuing, new_key
from tests.app.conftest import settings_for

pytestmark = pytest.mark.anyio

NOW = int(time.time())
ED, RS, ES = new_key("EdDSA"), new_key("RS256"), new_key("ES256")


@pytest.fixture(scope="module")
def oidc() -> Iterator[Issuer]:
    with issuing("oidc") as issuer:
        issuer.keys = [ED, RS, ES]
        yield issuer


@pytest.fixture(scope="module")
def neon() -> Iterator[Issuer]:
    with issuing("neon-auth") as issuer:
        issuer.keys.append(RS)  # of no algorithm of its profile
        yield issuer


@pytest.fixture
def app(database: Urls, oidc: Issuer, neon: Issuer) -> FastAPI:
    profile = neon.profile.model_copy(update={"required_claims": ("email",)})
    settings = settings_for(database.app)
    return create_app(settings.model_copy(update={"external_issuers": (oidc.profile, profile)}))


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, object], dict[str, object], str]:
    header, payload, signature = token.split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    return read[0], read[1], signature


def altered(token: str, **claims: object) -> str:
    """Say something else under the same signature."""
    header, payload, signature = parts(token)
    return f"{encode(header)}.{encode({**payload, **claims})}.{signature}"


def unsigned(issuer: Issuer, algorithm: str) -> str:
    header, payload, _ = parts(issuer.token("x"))
    return f"{encode({**header, 'alg': algorithm})}.{encode(payload)}."


def by_public_key(issuer: Issuer, secret: bytes) -> str:
    """RFC 8725 §2.1: the public key taken for the secret of an HMAC."""
    header, payload, _ = parts(issuer.token("x", key=RS))
    signed = f"{encode({**header, 'alg': 'HS256'})}.{encode(payload)}"
    mac = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), secret)
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def pem() -> bytes:
    public = RS.private.public_key()
    assert isinstance(public, RSAPublicKey)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


STRANGERS = Key(ED.kid, "EdDSA", new_key().private)

ATTACKS: dict[str, Callable[[Issuer, Issuer], str]] = {
    "unknown issuer": lambda oidc, _: oidc.token("x", iss="https://other.example.org"),
    "issuer spelt otherwise": lambda oidc, _: oidc.token("x", iss=oidc.origin + "/"),
    "no issuer": lambda oidc, _: oidc.token("x", iss=None),
    "list of issuers": lambda oidc, _: altered(oidc.token("x"), iss=[oidc.origin]),
    "our own issuer": lambda oidc, _: oidc.token("x", iss="http://localhost:8000", aud="backend"),
    "key of another issuer": lambda oidc, neon: oidc.token("x", **neon.claims("x")),
    "other audience": lambda oidc, _: oidc.token("x", aud="web"),
    "other audiences": lambda oidc, _: oidc.token("x", aud=["web", "app"]),
    "no audience": lambda oidc, _: oidc.token("x", aud=None),
    "no algorithm": lambda oidc, _: unsigned(oidc, "none"),
    "no algorithm, oddly spelt": lambda oidc, _: unsigned(oidc, "NonE"),
    "no signature": lambda oidc, _: unsigned(oidc, "EdDSA"),
    "public key as secret, PEM": lambda oidc, _: by_public_key(oidc, pem()),
    "public key as secret, JWK": lambda oidc, _: by_public_key(oidc, json.dumps(RS.jwk()).encode()),
    "algorithm of another key": lambda oidc, _: oidc.token("x", key=Key(ED.kid, "ES256", ES.private)),
    "other RSA algorithm": lambda oidc, _: oidc.token("x", key=Key(RS.kid, "PS256", RS.private)),
    "algorithm that the profile has not": lambda _, neon: neon.token("x", key=RS),
    "key of a stranger": lambda oidc, _: oidc.token("x", key=STRANGERS),
    "key in the header": lambda oidc, _: oidc.token("x", key=STRANGERS, header={"jwk": STRANGERS.jwk()}),
    "keys elsewhere": lambda oidc, neon: oidc.token("x", key=STRANGERS, header={"jku": neon.jwks_url}),
    "unknown extension": lambda oidc, _: oidc.token("x", header={"crit": ["exp"], "exp": 1}),
    "no kid": lambda oidc, _: oidc.token("x", header={"kid": None}),
    "unknown kid": lambda oidc, _: oidc.token("x", header={"kid": "unknown"}),
    "another subject": lambda oidc, _: altered(oidc.token("x"), sub="y"),
    "expired": lambda oidc, _: oidc.token("x", exp=NOW - 1),
    "no expiry": lambda oidc, _: oidc.token("x", exp=None),
    "endless": lambda oidc, _: oidc.token("x", exp=float("inf")),
    "not yet valid": lambda oidc, _: oidc.token("x", nbf=NOW + 3600),
    "of the future": lambda oidc, _: oidc.token("x", iat=NOW + 3600),
    "no time of issue": lambda oidc, _: oidc.token("x", iat=None),
    "no subject": lambda oidc, _: oidc.token("x", sub=None),
    "empty subject": lambda oidc, _: oidc.token(""),
    "subject that no database takes": lambda oidc, _: oidc.token("x\0y"),
    "subject beyond ASCII": lambda oidc, _: oidc.token("\ud800"),
    "long subject": lambda oidc, _: oidc.token("x" * 256),
    "ID token": lambda oidc, _: oidc.token("x", header={"typ": "JWT"}),
    "no type": lambda oidc, _: oidc.token("x", header={"typ": None}),
    "banned": lambda _, neon: neon.token("x", banned=True),
    "banned by a number": lambda _, neon: neon.token("x", banned=0),
    "another role": lambda _, neon: neon.token("x", role="anonymous"),
    "no role": lambda _, neon: neon.token("x", role=None),
    "a claim is missing": lambda _, neon: neon.token("x", email=None),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_bad_token_answers_like_any_other(
    attack: str, oidc: Issuer, neon: Issuer, client: AsyncClient
) -> None:
    async def answer(token: str) -> tuple[int, bytes, str]:
        got = await client.get("/v1/account", headers={"Authorization": f"Bearer {token}"})
        return got.status_code, got.content, got.headers["www-authenticate"]

    expected = await answer("x.y.z")
    assert expected[0] == 401
    assert await answer(ATTACKS[attack](oidc, neon)) == expected


GOOD: dict[str, Callable[[Issuer, Issuer], str]] = {
    "plain": lambda oidc, _: oidc.token("x"),
    "one audience": lambda oidc, _: oidc.token("x", aud=AUDIENCE),
    "type in full": lambda oidc, _: oidc.token("x", header={"typ": "application/AT+JWT"}),
    "clock ahead": lambda oidc, _: oidc.token("x", iat=NOW + 20, nbf=NOW + 20),
    "RSA": lambda oidc, _: oidc.token("x", key=RS),
    "elliptic curve": lambda oidc, _: oidc.token("x", key=ES),
    "longest subject": lambda oidc, _: oidc.token("x" * 255),
    "Neon Auth": lambda _, neon: neon.token("x"),
    "not banned": lambda _, neon: neon.token("x", banned=False),
}


@pytest.mark.parametrize("case", GOOD)
async def test_a_good_token_is_good(case: str, oidc: Issuer, neon: Issuer, client: AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {GOOD[case](oidc, neon)}"}
    assert (await client.get("/v1/account", headers=headers)).status_code == 200


async def test_a_token_that_was_good_ends_with_its_time(
    oidc: Issuer, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Authorization": f"Bearer {oidc.token('x', exp=NOW + 600)}"}
    assert (await client.get("/v1/account", headers=headers)).status_code == 200
    monkeypatch.setattr(time, "time", lambda: NOW + 601.0)
    assert (await client.get("/v1/account", headers=headers)).status_code == 401
