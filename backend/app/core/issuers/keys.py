"""
[Task]: T-113, T-115
[From]: speckit.specify §2.11, speckit.plan §3.6
[Description]: The keys of an external issuer, fetched beside the requests.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Never

from httpx2 import HTTPError, InvalidURL

from app.core.issuers.discovery import discovery_url, read_jwks_url
from app.core.issuers.jwks import read_jwks
from app.core.problems import UNAVAILABLE, ProblemError
from app.core.tokens import InvalidTokenError

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from jwt import PyJWK

    from app.core.issuers.profiles import IssuerProfile

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 300.0
RETRY_SECONDS = 30.0
UNKNOWN_KID_SECONDS = 30.0
FETCH_SECONDS = 5.0
DAY_SECONDS = 86_400.0
SET_BYTES = 128 * 1024
OK = 200


class IssuerKeys:
    """The keys of one issuer. One task fetches, so that there is never more than one fetch at a time."""

    def __init__(self, profile: IssuerProfile) -> None:
        """Know no key yet."""
        self._profile = profile
        self._keys: dict[str, PyJWK] = {}
        self._reachable = False
        self._fetched_at = -math.inf
        self._asked_at = -math.inf
        self._asked = asyncio.Event()
        self._settled = asyncio.Event()
        """Set while no fetch is due or under way."""

    async def find(self, kid: str) -> PyJWK:
        """Give the key of that id. An unknown one may be new, which is worth a fetch now and then.

        Raises:
            InvalidTokenError: The issuer has no such key.
            ProblemError: The issuer cannot be asked.
        """
        if self._known(kid) is None and self._settled.is_set():
            self._ask()
        if self._known(kid) is None:
            await self._settled.wait()
        key = self._known(kid)
        if key is None:
            raise InvalidTokenError if self._reachable else ProblemError(UNAVAILABLE)
        return key

    async def keep_fresh(self, client: AsyncClient) -> Never:
        """Fetch the keys from time to time, and when an unknown one is asked for."""
        while True:
            await self._fetch(client)
            self._asked.clear()
            self._settled.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS if self._reachable else RETRY_SECONDS):
                    await self._asked.wait()
            self._settled.clear()

    def _known(self, kid: str) -> PyJWK | None:
        return self._keys.get(kid) if monotonic() - self._fetched_at < DAY_SECONDS else None

    def _ask(self) -> None:
        """Have the keys fetched, unless that was done a moment ago: anybody can make up a `kid`."""
        if monotonic() - self._asked_at >= UNKNOWN_KID_SECONDS:
            self._asked_at = monotonic()
            self._settled.clear()
            self._asked.set()

    async def _fetch(self, client: AsyncClient) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                jwks_url = self._profile.jwks_url or await self._discover(client)
                document = await _download(client, jwks_url)
            self._keys = read_jwks(document, self._profile.algorithms)
        except (HTTPError, InvalidURL, TimeoutError, ValueError) as error:
            self._reachable = False
            logger.warning(
                "the keys of the issuer %s cannot be had: %s", self._profile.issuer, type(error).__name__
            )
        else:
            self._reachable = True
            self._fetched_at = monotonic()

    async def _discover(self, client: AsyncClient) -> str:
        issuer = self._profile.issuer
        return read_jwks_url(await _download(client, discovery_url(issuer)), issuer)


async def _download(client: AsyncClient, url: str) -> bytes:
    """Read no more than a set may have, and follow nothing.

    Raises:
        HTTPError: There is no answer.
        ValueError: It is not a document's.
    """
    document = bytearray()
    # As it comes, not unpacked: a small answer must not become a large one.
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code != OK:
            raise ValueError("The answer is no document.")
        async for chunk in answer.aiter_raw():
            document += chunk
            if len(document) > SET_BYTES:
                raise ValueError("The document is too large.")
    return bytes(document)
