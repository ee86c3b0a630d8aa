"""
[Task]: T-101, T-102
[From]: speckit.specify §2.1, §2.2, speckit.plan §3.2
[Description]: Password hashes: Argon2id, in threads that are limited in number. Which passwords many have.
"""

from __future__ import annotations

import secrets
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


def folded(password: str) -> str:
    """Fold what whoever guesses would try at once: case, and the spellings of one text."""
    return _normalised(password).lower()


def _listed() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


class Verdict(NamedTuple):
    """Whether a password fits, and the hash that should replace the kept one, if that is out of date."""

    fits: bool
    renewed: str | None


class Passwords:
    """Hashes and verifies. Each call keeps cores busy and memory taken for long, so only some run at once.

    How many cores there are says little of it: a container has the memory of a few, and counts its machine's.
    """

    def __init__(self, *, memory_kib: int, passes: int, lanes: int, threads: int = 4) -> None:
        """Choose Argon2id's cost: memory in KiB, passes over it, lanes in parallel; how many at a time."""
        hasher = Argon2Hasher(memory_cost=memory_kib, time_cost=passes, parallelism=lanes)
        self._hasher = PasswordHash((hasher,))
        self._threads = CapacityLimiter(threads)
        self._dummy = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Hash a password."""
        return await self._in_thread(lambda: self._hasher.hash(_normalised(password)))

    async def verify(self, password: str, kept: str | None) -> Verdict:
        """Verify a password.

        Args:
            password: As it was given.
            kept: The hash of the account; None if there is none, which costs the same time.
        """
        fits, renewed = await self._in_thread(
            lambda: self._hasher.verify_and_update(_normalised(password), kept or self._dummy)
        )
        return Verdict(fits and kept is not None, renewed if kept else None)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await to_thread.run_sync(work, limiter=self._threads)


def _normalised(password: str) -> str:
    """Fold the spellings of one text into one, as keyboards differ (NIST SP 800-63B §5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


COMMON = _listed()
"""The passwords that many have, folded; some 20 KiB of memory."""
