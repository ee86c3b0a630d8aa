"""
[Task]: T-113
[From]: speckit.specify §2.11, speckit.plan §3.6
[Description]: Verifies the tokens of external issuers, and finds whose they are.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import jwt
from httpx2 import AsyncClient
from pydantic import BaseModel, FiniteFloat, StringConstraints

from app.core.asker import IdentityClaim
from app.core.issuers.keys import IssuerKeys
from app.core.tokens import LEEWAY_SECONDS, Claims, InvalidTokenError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from uuid import UUID

    from app.core.issuers.profiles import IssuerProfile

REQUIRED = ("iss", "aud", "sub", "iat", "exp")
TRUST_SECONDS = 300


class _Issuer(NamedTuple):
    profile: IssuerProfile
    keys: IssuerKeys


class _Payload(BaseModel):
    """The claims that are read; times are seconds since the epoch."""

    # OpenID Connect Core §2: at most 255 ASCII characters.
    sub: Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,255}$")]
    exp: FiniteFloat
    iat: FiniteFloat
    auth_time: FiniteFloat | None = None


class _Kept(NamedTuple):
    claims: Claims
    until: float


class ExternalTokens:
    """Verifies the tokens of the issuers that an operator trusts."""

    CACHE_SIZE = 4096

    def __init__(
        self,
        profiles: Sequence[IssuerProfile],
        account_of: Callable[[IdentityClaim], Awaitable[UUID]],
    ) -> None:
        """Hold the issuers.

        Args:
            profiles: One for each issuer.
            account_of: Gives the account for which an identity stands, and makes it if need be.
        """
        self._issuers = {profile.issuer: _Issuer(profile, IssuerKeys(profile)) for profile in profiles}
        self._account_of = account_of
        # The key may be withdrawn and the account deleted meanwhile, so this is not for long.
        self._kept: dict[bytes, _Kept] = {}

    @asynccontextmanager
    async def keys_kept_fresh(self) -> AsyncIterator[None]:
        """Keep the keys of all issuers fresh meanwhile. An issuer that is down keeps nobody from starting."""
        if not self._issuers:
            yield
            return
        async with AsyncClient(follow_redirects=False) as client:
            fetching = [
                asyncio.create_task(issuer.keys.keep_fresh(client)) for issuer in self._issuers.values()
            ]
            try:
                yield
            finally:
                for task in fetching:
                    task.cancel()
                await asyncio.wait(fetching)

    async def verify(self, token: str) -> Claims:
        """Check a token and say what it says.

        One round trip where the token comes for the first time, or again after a while; see `account_of`.

        Raises:
            InvalidTokenError: It is not valid, or of an issuer that is not trusted.
            ProblemError: The keys of its issuer cannot be had.
        """
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        kept = self._kept.pop(digest, None)
        if kept is None or kept.until <= time.time():
            kept = await self._identify(token)
        if len(self._kept) >= self.CACHE_SIZE:
            del self._kept[next(iter(self._kept))]
        self._kept[digest] = kept
        return kept.claims

    async def _identify(self, token: str) -> _Kept:
        issuer, payload = await self._check(token)
        user_id = await self._account_of(IdentityClaim(issuer, payload.sub))
        authenticated_at = payload.iat if payload.auth_time is None else payload.auth_time
        claims = Claims(user_id, None, int(payload.exp), int(authenticated_at))
        return _Kept(claims, min(payload.exp, time.time() + TRUST_SECONDS))

    async def _check(self, token: str) -> tuple[str, _Payload]:
        """Check everything; RFC 8725 §3.1, §3.8, §3.9, §3.10, §3.11, §3.12."""
        try:
            unverified = jwt.decode_complete(token, options={"verify_signature": False})
            header = unverified["header"]
            profile, keys = self._issuers[unverified["payload"]["iss"]]
            _check_header(profile, header)
            key = await keys.find(header["kid"])
            payload: dict[str, Any] = jwt.decode(
                token,
                key,
                [key.algorithm_name],
                {"require": [*REQUIRED, *profile.required_claims]},
                issuer=profile.issuer,
                audience=profile.audience,
                leeway=LEEWAY_SECONDS,
            )
            _check_values(profile, payload)
            read = _Payload.model_validate(payload)
        except (jwt.PyJWTError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise InvalidTokenError from error
        if read.exp <= time.time():  # the leeway is for the other times
            raise InvalidTokenError
        return profile.issuer, read


def _check_header(profile: IssuerProfile, header: dict[str, Any]) -> None:
    """Refuse before anything is fetched what no key could make valid."""
    if header["alg"] not in profile.algorithms:
        raise InvalidTokenError
    if profile.token_type is not None and _media_type(header["typ"]) != _media_type(profile.token_type):
        raise InvalidTokenError


def _media_type(name: object) -> str:
    """Write a `typ` as RFC 7515 §4.1.9 compares them."""
    return str(name).lower().removeprefix("application/")


def _check_values(profile: IssuerProfile, payload: dict[str, Any]) -> None:
    for name, allowed in profile.claim_values.items():
        value = payload.get(name)
        if not any(type(value) is type(one) and value == one for one in allowed):
            raise InvalidTokenError
