"""
[Task]: T-102, T-105, T-113
[From]: speckit.specify §2.5, §2.11, speckit.plan §3.1
[Description]: Access tokens (RFC 9068): issued, and verified without the database.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

import jwt

from app.core.keys import ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from app.core.keys import SigningKey

LEEWAY_SECONDS = 30
"""By how much the clock of whoever issues a token may be ahead: another instance, or another issuer."""

TYPE = "at+jwt"
REQUIRED = ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "sid"]


class Claims(NamedTuple):
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID | None
    """None for a token of an external issuer: its sessions are not ours."""
    expires_at: int
    """Seconds since the epoch."""
    authenticated_at: int | None = None
    """Likewise, for a token of an external issuer: when it last saw who this is."""


class InvalidTokenError(Exception):
    """The token is not one of ours, or not valid now. Which of these it is, nobody is told."""


class AccessTokens:
    """Issues and verifies the access tokens of one issuer for one audience."""

    CACHE_SIZE = 4096

    def __init__(
        self, keys: Sequence[SigningKey], *, issuer: str, audience: str, client_id: str, seconds: int
    ) -> None:
        """Hold the keys: the first signs, all verify; `seconds` is how long a token lives."""
        self.seconds = seconds
        self._signer = keys[0]
        self._verifiers: dict[str, Ed25519PublicKey] = {key.kid: key.public for key in keys}
        self._issuer = issuer
        self._audience = audience
        self._client_id = client_id
        # Verifying costs more than all else in a read, and a client sends the same token many times.
        self._verified: dict[bytes, Claims] = {}

    def issue(self, user_id: UUID, session_id: UUID) -> str:
        """Sign a token for one session of one account."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "client_id": self._client_id,
            "sid": str(session_id),
            "iat": now,
            "exp": now + self.seconds,
            "jti": str(uuid4()),
        }
        headers = {"typ": TYPE, "kid": self._signer.kid}
        return jwt.encode(claims, self._signer.private, ALGORITHM, headers)

    def verify(self, token: str) -> Claims:
        """Check a token and say what it says.

        Raises:
            InvalidTokenError: It is not valid.
        """
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._check(token)
            if len(self._verified) >= self.CACHE_SIZE:
                del self._verified[next(iter(self._verified))]
            self._verified[digest] = claims
        elif claims.expires_at <= time.time():
            del self._verified[digest]
            raise InvalidTokenError
        return claims

    def _check(self, token: str) -> Claims:
        """Check everything; RFC 8725 §3.1, §3.8, §3.9, §3.11 and RFC 9068 §4."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._verifiers[header["kid"]]
            payload: dict[str, Any] = jwt.decode(
                token,
                key,
                [ALGORITHM],
                {"require": REQUIRED, "strict_aud": True},
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
            )
            claims = Claims(UUID(payload["sub"]), UUID(payload["sid"]), int(payload["exp"]))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise InvalidTokenError from error
        if header.get("typ") != TYPE or payload["client_id"] != self._client_id:
            raise InvalidTokenError
        if claims.expires_at <= time.time():  # the leeway is for the other times
            raise InvalidTokenError
        return claims
