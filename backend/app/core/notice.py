"""
[Task]: T-085
[From]: speckit.specify §4.1, §4.8, speckit.plan §1.1
[Description]: The door through which every part of the service tells an account something.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from app.core.asker import Principal
from app.core.database import Session, Transaction

Kind = Literal["security", "account", "product"]


class Notice(NamedTuple):
    """What an account is to be told."""

    kind: Kind
    title: str
    """1 to 120 characters."""
    body: str = ""
    """At most 2,000 characters."""
    data: Mapping[str, Any] = {}
    """For the client; at most 4 KiB as JSON."""


class MakeNotification(Protocol):
    """Make a notification for whoever the unit of work acts as, in its transaction or not at all.

    Slices do not know each other, so the one of notifications lends its function to the others
    (`running.make_notification`).
    """

    async def __call__(self, unit: Session[Principal] | Transaction[Principal], notice: Notice) -> object:
        """Make it: within the transaction, or as a unit of work of its own if given a session."""
