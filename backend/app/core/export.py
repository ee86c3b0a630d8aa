"""
[Task]: T-110
[From]: speckit.specify §2.9, speckit.plan §1.1
[Description]: The port by which each slice gives its part of what is kept about an account.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple
from uuid import UUID

from app.core.asker import Principal
from app.core.database import Session


class Part(NamedTuple):
    """One part of an export. Slices do not know each other, so whoever puts them together names the parts."""

    name: str
    schema: Any
    """The type of what `read` gives, for the contract."""
    read: Callable[[Session[Principal], UUID], AsyncIterator[bytes]]
    """Read all of it as JSON, piece by piece, given the account's session and id. All at once would take the
    memory and the time of everybody else."""
