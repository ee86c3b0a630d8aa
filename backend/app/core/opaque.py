"""
[Task]: T-102, T-106, T-089
[From]: speckit.plan §3.3, §3.4, §5.4
[Description]: Opaque tokens: random text for the client, of which only the SHA-256 is kept.
"""

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

BYTES = 32


class OpaqueToken(NamedTuple):
    """A token, as the client has it and as it is kept."""

    text: str
    digest: bytes


def new_token() -> OpaqueToken:
    """Make a token at random. It needs no salt and no slow hash: nobody guesses 256 bits."""
    text = secrets.token_urlsafe(BYTES)
    return OpaqueToken(text, digest_of(text))


def derived_token(secret: bytes, name: str) -> OpaqueToken:
    """Make the one token that goes with a name. Nobody without the secret can."""
    text = base64.urlsafe_b64encode(hmac.digest(secret, name.encode(), "sha256")).rstrip(b"=").decode()
    return OpaqueToken(text, digest_of(text))


def digest_of(text: str) -> bytes:
    """Give what is kept of a token."""
    return hashlib.sha256(text.encode()).digest()
