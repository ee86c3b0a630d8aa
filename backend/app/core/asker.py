"""
[Task]: T-002
[From]: speckit.specify §5.1, speckit.plan §1.3
[Description]: Who is asking, as a value that becomes settings of the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from uuid import UUID


class Asker:
    """Whoever a statement is run for. Row security reads `settings`, the owner criterion reads `claim`."""

    __slots__ = ()
    settings: ClassVar[tuple[str, ...]]

    @property
    def claim(self) -> tuple[object, ...]:
        """What the claimed columns of a reachable row hold, in the order of `settings`."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Principal(Asker):
    """An authenticated account: it reaches what it owns."""

    user_id: UUID
    settings: ClassVar[tuple[str, ...]] = ("app.user_id",)

    @property
    def claim(self) -> tuple[object, ...]:
        """The owner's id."""
        return (self.user_id,)


@dataclass(frozen=True, slots=True)
class EmailClaim(Asker):
    """Somebody who says to have this address (normalised): it reaches the one account with it."""

    email: str
    settings: ClassVar[tuple[str, ...]] = ("app.email",)

    @property
    def claim(self) -> tuple[object, ...]:
        """The address."""
        return (self.email,)


@dataclass(frozen=True, slots=True)
class TokenClaim(Asker):
    """Somebody who presents an opaque token: it reads the one refresh or mail token with this SHA-256."""

    token_hash: bytes
    settings: ClassVar[tuple[str, ...]] = ("app.token_hash",)

    @property
    def claim(self) -> tuple[object, ...]:
        """The hash."""
        return (self.token_hash,)


@dataclass(frozen=True, slots=True)
class IdentityClaim(Asker):
    """Somebody for whom an external issuer speaks: it reads the one identity of that pair."""

    issuer: str
    subject: str
    settings: ClassVar[tuple[str, ...]] = ("app.issuer", "app.subject")

    @property
    def claim(self) -> tuple[object, ...]:
        """Issuer and subject."""
        return (self.issuer, self.subject)


@dataclass(frozen=True, slots=True)
class Duty(Asker):
    """The service itself at a duty of this name: it reaches what is no account's, and what policies grant."""

    name: str
    settings: ClassVar[tuple[str, ...]] = ("app.duty",)

    @property
    def claim(self) -> tuple[object, ...]:
        """The name."""
        return (self.name,)
