"""T-113: what is read from elsewhere is read or refused, whatever it holds; and little is kept of it."""

import json
from uuid import UUID, uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.asker import IdentityClaim
from app.core.issuers.jwks import read_jwks
from app.core.issuers.profiles import IssuerProfile
from app.core.issuers.tokens import ExternalTokens
from app.core.tokens import InvalidTokenError
from tests.app.accounts.issuers import issuing, new_key

ALGORITHMS = IssuerProfile.model_validate(
    {
        "issuer": "https://a.example",
        "audience": "a",
        "jwks_url": "https://a.example/keys",
        "algorithms": ["EdDSA", "RS256", "ES256"],
    }
).algorithms
MEMBERS = ("kid", "kty", "crv", "alg", "use", "key_ops", "n", "e", "x", "y", "d", "k", "x5u")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from(["RSA", "EC", "OKP", "Ed25519", "P-256", "EdDSA", "RS256", "sig", "AQAB", "AA"])
JWKS = st.dictionaries(st.sampled_from(MEMBERS), WORDS | JSON)


@given(st.lists(JWKS | JSON, max_size=4))
def test_of_any_keys_only_usable_ones_are_read(keys: list[object]) -> None:
    good = {"kid": "good", "kty": "OKP", "crv": "Ed25519", "x": new_key().jwk()["x"]}
    document = json.dumps({"keys": [*(key for key in keys if isinstance(key, dict)), good]}).encode()
    read = read_jwks(document, ALGORITHMS)
    assert read["good"].algorithm_name == "EdDSA"
    assert {key.algorithm_name for key in read.values()} <= set(ALGORITHMS)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_document_is_read_or_refused(document: bytes) -> None:
    try:
        assert read_jwks(document, ALGORITHMS) == {}
    except ValueError:
        return


async def nobody(_: IdentityClaim) -> UUID:
    raise AssertionError("No account is looked for before the token is known to be good.")


@pytest.mark.anyio
@given(
    header=st.dictionaries(st.sampled_from(["kid", "typ", "crit", "b64"]), JSON), payload=JSON, text=st.text()
)
async def test_any_token_is_refused_that_no_trusted_issuer_signed(
    header: dict[str, object], payload: object, text: str
) -> None:
    profile = IssuerProfile.model_validate({"kind": "better-auth", "url": "https://a.example"})
    tokens = ExternalTokens([profile], nobody)
    forged = jwt.api_jws.PyJWS().encode(json.dumps(payload).encode(), new_key().private, "EdDSA")
    spelt = ".".join(
        [jwt.utils.base64url_encode(json.dumps(header).encode()).decode(), *forged.split(".")[1:]]
    )
    for token in (text, forged, spelt):
        with pytest.raises(InvalidTokenError):
            await tokens.verify(token)


@pytest.mark.anyio
async def test_only_so_many_tokens_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExternalTokens, "CACHE_SIZE", 2)
    asked = []

    async def account_of(identity: IdentityClaim) -> UUID:
        asked.append(identity.subject)
        return uuid4()

    with issuing() as issuer:
        tokens = ExternalTokens([issuer.profile], account_of)
        async with tokens.keys_kept_fresh():
            first, second, third = (issuer.token(subject) for subject in ("1", "2", "3"))
            for token in (first, second, first, third, first, second):
                await tokens.verify(token)
    assert asked == ["1", "2", "3", "2"]
