"""
[Task]: T-102, T-105, T-004, T-006, T-089
[From]: speckit.specify §2.12, speckit.plan §3.1, §3.5, §4.8
[Description]: The keys of the access tokens: the first signs, all verify. As a program it prints a new set.
"""

import base64
import hashlib
import hmac
import json
import logging
import sys
from typing import Annotated, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, Field, ValidationError

from app.core.examples import example
from app.core.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

ALGORITHM = "EdDSA"
CURVE = "Ed25519"


class PublicJwk(BaseModel):
    """What verifiers need of a key (RFC 7517, RFC 8037)."""

    model_config = example(
        kty="OKP",
        crv="Ed25519",
        x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        kid="kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        use="sig",
        alg="EdDSA",
    )

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class _PrivateJwk(BaseModel):
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    d: str


class _PrivateJwkSet(BaseModel):
    keys: Annotated[list[_PrivateJwk], Field(min_length=1)]


class SigningKey(NamedTuple):
    """An Ed25519 key pair under its RFC 7638 thumbprint."""

    kid: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that verifies."""
        return self.private.public_key()

    def secret_for(self, purpose: str) -> bytes:
        """Derive a secret of 32 bytes that every instance has."""
        return hmac.digest(self.private.private_bytes_raw(), purpose.encode(), "sha256")

    def public_jwk(self) -> PublicJwk:
        """Write the public half."""
        x = _public_x(self.private)
        return PublicJwk(kty="OKP", crv=CURVE, x=x, kid=self.kid, use="sig", alg=ALGORITHM)


def new_key() -> SigningKey:
    """Make a key pair at random."""
    return _named(Ed25519PrivateKey.generate())


def keys_of(settings: Settings) -> tuple[SigningKey, ...]:
    """Give the keys of an instance; where none are set, one that ends with its process."""
    if settings.signing_keys is None:
        logger.warning("SIGNING_KEYS is not set: signing with a key that ends with this process")
        return (new_key(),)
    return read_keys(settings.signing_keys.get_secret_value())


def read_keys(document: str) -> tuple[SigningKey, ...]:
    """Read a private JWK set.

    Args:
        document: The JSON of the setting SIGNING_KEYS.

    Raises:
        SettingsError: It is no such thing.
    """
    try:
        jwks = _PrivateJwkSet.model_validate_json(document)
        return tuple(_named(Ed25519PrivateKey.from_private_bytes(_decode(jwk.d))) for jwk in jwks.keys)
    except (ValidationError, ValueError):
        raise SettingsError(
            "SIGNING_KEYS is not a JWK set of private Ed25519 keys: make one with `python -m app.core.keys`."
        ) from None


def write_private(key: SigningKey) -> str:
    """Write a private JWK set of one key, for the setting SIGNING_KEYS."""
    jwk = {**key.public_jwk().model_dump(), "d": _encode(key.private.private_bytes_raw())}
    return json.dumps({"keys": [jwk]})


def _named(private: Ed25519PrivateKey) -> SigningKey:
    members = {"crv": CURVE, "kty": "OKP", "x": _public_x(private)}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return SigningKey(_encode(hashlib.sha256(canonical.encode()).digest()), private)


def _public_x(private: Ed25519PrivateKey) -> str:
    return _encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


if __name__ == "__main__":
    sys.stdout.write(write_private(new_key()) + "\n")
