"""Access tokens under attack: RFC 8725 and RFC 9068, one altered token after the other."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.core.keys import SigningKey, new_key, read_keys, write_private
from app.core.settings import SettingsError
from app.core.tokens import AccessTokens, InvalidTokenError

USER, SESSION = UUID(int=1), UUID(int=2)
KEY, OTHER_KEY = new_key(), new_key()


def tokens_of(*keys: SigningKey, issuer: str = "https://issuer.example") -> AccessTokens:
    return AccessTokens(keys, issuer=issuer, audience="backend", client_id="first-party", seconds=600)


TOKENS = tokens_of(KEY)


def good() -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a valid token."""
    token = TOKENS.issue(USER, SESSION)
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def signed(header: dict[str, Any], claims: dict[str, Any], key: SigningKey = KEY) -> str:
    """Sign by hand: a library would refuse to make some of these."""
    body = f"{encoded(header)}.{encoded(claims)}"
    return f"{body}.{base64url(key.private.sign(body.encode()))}"


def encoded(part: dict[str, Any]) -> str:
    return base64url(json.dumps(part).encode())


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned() -> str:
    header, claims = good()
    return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."


def signed_with_the_public_key() -> str:
    """HS256 with the published key as its secret: the classic confusion of algorithms."""
    header, claims = good()
    body = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    secret = KEY.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = hmac.digest(secret, body.encode(), hashlib.sha256)
    return f"{body}.{base64url(signature)}"


def altered(part: str, **changes: Any) -> Callable[[], str]:
    def forge() -> str:
        header, claims = good()
        return signed(
            *({**header, **changes}, claims) if part == "header" else (header, {**claims, **changes})
        )

    return forge


def without(claim: str) -> Callable[[], str]:
    def forge() -> str:
        header, claims = good()
        del claims[claim]
        return signed(header, claims)

    return forge


ATTACKS: dict[str, Callable[[], str]] = {
    "no algorithm": unsigned,
    "public key as secret": signed_with_the_public_key,
    "another key under our kid": lambda: signed(*good(), OTHER_KEY),
    "unknown kid": altered("header", kid="unknown"),
    "no kid": altered("header", kid=None),
    "kid that is a list": altered("header", kid=[KEY.kid]),
    "key of its own": altered("header", jwk=OTHER_KEY.public_jwk().model_dump(), kid=OTHER_KEY.kid),
    "key from a URL": altered("header", jku="https://evil.example/jwks.json", kid="evil"),
    "another type": altered("header", typ="JWT"),
    "no type": altered("header", typ=None),
    "critical extension": altered("header", crit=["unknown"], unknown=True),
    "another issuer": altered("claims", iss="https://evil.example"),
    "another audience": altered("claims", aud="other"),
    "several audiences": altered("claims", aud=["backend", "other"]),
    "another client": altered("claims", client_id="other"),
    "expired": altered("claims", exp=int(time.time()) - 1),
    "not yet issued": altered("claims", iat=int(time.time()) + 3600),
    "subject that is no account": altered("claims", sub="admin"),
    "session that is none": altered("claims", sid="1"),
    "expiry that is text": altered("claims", exp="tomorrow"),
    **{f"without {claim}": without(claim) for claim in good()[1]},
    "empty": lambda: "",
    "no token": lambda: "token",
    "dots": lambda: "..",
    "not ASCII": lambda: "é.\ud800.é",
    "cut signature": lambda: TOKENS.issue(USER, SESSION)[:-4],
}


def test_a_good_token_says_who() -> None:
    claims = TOKENS.verify(TOKENS.issue(USER, SESSION))
    assert (claims.user_id, claims.session_id) == (USER, SESSION)
    assert claims.expires_at - time.time() <= 600


def test_the_clock_of_the_instance_that_issued_it_may_be_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = time.time() + 2
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("app.core.tokens.time.time", lambda: ahead)
        token = TOKENS.issue(USER, SESSION)
    assert tokens_of(KEY).verify(token).user_id == USER


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_is_refused(attack: str) -> None:
    token = ATTACKS[attack]()
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            TOKENS.verify(token)


def test_no_two_tokens_are_alike() -> None:
    assert TOKENS.issue(USER, SESSION) != TOKENS.issue(USER, SESSION)


def test_a_known_token_expires_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    token = TOKENS.issue(USER, SESSION)
    TOKENS.verify(token)
    later = time.time() + 601
    monkeypatch.setattr("app.core.tokens.time.time", lambda: later)
    with pytest.raises(InvalidTokenError):
        TOKENS.verify(token)


def test_the_memory_of_known_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccessTokens, "CACHE_SIZE", 3)
    tokens = tokens_of(KEY)
    issued = [tokens.issue(uuid4(), SESSION) for _ in range(9)]
    for token in issued * 2:
        tokens.verify(token)
    assert len(tokens._verified) == 3  # noqa: SLF001 -- nothing else shows it


def test_rotation_ends_no_session() -> None:
    """The three steps of plan §3.5: instances of neighbouring steps take each other's tokens."""
    steps = [tokens_of(KEY), tokens_of(KEY, OTHER_KEY), tokens_of(OTHER_KEY, KEY), tokens_of(OTHER_KEY)]
    for older, newer in pairwise(steps[:3]):
        assert newer.verify(older.issue(USER, SESSION)).user_id == USER
    for older, newer in pairwise(steps[1:]):
        assert older.verify(newer.issue(USER, SESSION)).user_id == USER
    with pytest.raises(InvalidTokenError):
        steps[3].verify(steps[1].issue(USER, SESSION))


def test_keys_survive_being_written() -> None:
    (read,) = read_keys(write_private(KEY))
    assert read.kid == KEY.kid
    assert tokens_of(KEY).verify(tokens_of(read).issue(USER, SESSION)).user_id == USER


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    """The key of RFC 8037 appendix A.1, the thumbprint of A.3."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}
    (key,) = read_keys(json.dumps({"keys": [jwk]}))
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert key.public_jwk().x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


@pytest.mark.parametrize(
    "document", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', '{"keys": [{"kty": "OKP"}]}']
)
def test_keys_that_are_none_are_a_sentence(document: str) -> None:
    with pytest.raises(SettingsError, match=r"python -m app\.core\.keys"):
        read_keys(document)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_is_a_token(text: str) -> None:
    for candidate in (text, f"{text}.{text}.{text}"):
        with pytest.raises(InvalidTokenError):
            TOKENS.verify(candidate)
