"""
[Task]: T-113
[From]: speckit.plan §3.6
[Description]: Reads the JWK set of an external issuer.
"""

from collections.abc import Sequence
from typing import Literal

from jwt import PyJWK, PyJWTError
from pydantic import BaseModel, ValidationError

from app.core.issuers.profiles import Algorithm

_FITS: dict[Algorithm, tuple[str, str | None]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Key type and curve of each algorithm (RFC 7518 §3.1, RFC 8037 §3.1)."""


class _PublicNumbers(BaseModel):
    """What a public key consists of. Nothing else of a JWK is read: no `x5u`, no private half."""

    kty: str
    crv: str | None = None
    n: str | None = None
    e: str | None = None
    x: str | None = None
    y: str | None = None


class _Jwk(_PublicNumbers):
    kid: str
    alg: str | None = None
    use: Literal["sig"] | None = None
    key_ops: list[str] | None = None


class _JwkSet(BaseModel):
    keys: list[dict[str, object]]


def read_jwks(document: bytes, algorithms: Sequence[Algorithm]) -> dict[str, PyJWK]:
    """Read the keys that may verify a token, each bound to one algorithm (RFC 8725 §3.1).

    Args:
        document: JSON.
        algorithms: Those of the issuer's profile, the preferred one first.

    Returns:
        The keys by `kid`. What cannot be used is left out (RFC 7517 §5).

    Raises:
        ValueError: It is no JWK set.
    """
    keys = {}
    for jwk in _JwkSet.model_validate_json(document).keys:
        try:
            read = _Jwk.model_validate(jwk)
            key = _key(read, algorithms)
        except (ValidationError, PyJWTError):
            continue
        if key is not None:
            keys[read.kid] = key
    return keys


def _key(jwk: _Jwk, algorithms: Sequence[Algorithm]) -> PyJWK | None:
    if jwk.key_ops is not None and "verify" not in jwk.key_ops:
        return None
    for algorithm in algorithms:
        if _FITS[algorithm] == (jwk.kty, jwk.crv) and jwk.alg in {None, algorithm}:
            numbers = jwk.model_dump(include=set(_PublicNumbers.model_fields), exclude_none=True)
            key = PyJWK(numbers, algorithm)
            # RSA keys below 2048 bits (RFC 7518 §3.3).
            return None if key.Algorithm.check_key_length(key.key) else key
    return None
