"""
[Task]: T-005
[From]: speckit.specify §6.2, speckit.plan §4.5
[Description]: What an anonymous request with a key does: one transaction, from its first write on.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from app.core.asker import EmailClaim, Principal
from app.core.database import Database, Session, Transaction
from app.core.statement import A, R

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AsyncExitStack

    from app.core.statement import Statement

SOMEBODY = (EmailClaim, Principal)
"""As whom something is done: to count for a limit and to claim a key is a unit of work of its own."""


class Deed(Database):
    """The database, as one request sees it that is to be done with its kept answer, or not at all."""

    def __init__(self, database: Database, stack: AsyncExitStack) -> None:
        """Begin nothing yet.

        Args:
            database: Where it is done.
            stack: What the transaction ends with.
        """
        self._pool = database._pool  # noqa: SLF001 -- it is the same database
        self._stack = stack
        self._open: Transaction[Any] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is a transaction, in which all that follows is done."""
        return self._open is not None

    def acting_as(self, asker: A) -> Session[A]:
        """Give the session of one asker."""
        return _DeedSession(self, asker)

    async def as_asker(self, asker: A) -> Transaction[A]:
        """Go on with the transaction as an asker, or begin it."""
        if self._open is None:
            transaction = await self._stack.enter_async_context(Session(self, asker).transaction())
        else:
            transaction = self._open.as_asker(asker)
        self._open = transaction
        return transaction


class _DeedSession(Session[A]):
    def __init__(self, deed: Deed, asker: A) -> None:
        super().__init__(deed, asker)
        self._deed = deed

    async def run(self, statement: Statement[A, R], /, **parameters: object) -> list[R]:
        """Run one statement, in one round trip.

        Returns:
            The rows.
        """
        if self._deed.has_begun or (statement.writes and isinstance(self.asker, SOMEBODY)):
            return await (await self._deed.as_asker(self.asker)).run(statement, **parameters)
        return await super().run(statement, **parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction[A]]:
        """Give the transaction of the deed, which ends with the request."""
        yield await self._deed.as_asker(self.asker)
