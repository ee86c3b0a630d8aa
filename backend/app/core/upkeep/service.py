"""
[Task]: T-087, T-088
[From]: speckit.plan §5.2, §5.3
[Description]: Finds who is due and looks after one of them, always as that account's principal.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from uuid import UUID

import structlog

from app.core.asker import Principal
from app.core.database import Database, Session
from app.core.upkeep import repository

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.upkeep")

AT_ONCE = 1000

Chore = Callable[[Session[Principal]], Awaitable[None]]
"""What is done for an account once a day. It may be done again at any time, and then changes nothing."""


async def queue_due(
    database: Database, enqueue: Callable[[UUID], Awaitable[None]], *, seconds: float = math.inf
) -> None:
    """Give everybody who is due to the queue.

    First queued, then put off: if the process ends in between, somebody is queued twice, not forgotten.

    Args:
        database: Where they are found.
        enqueue: Queues one of them.
        seconds: After how many to leave the others for another time.
    """
    queued, end = 0, monotonic() + seconds
    while monotonic() < end and (due := await repository.due(database.acting_as(repository.DUTY), AT_ONCE)):
        for account_id in due:
            await enqueue(account_id)
            await repository.put_off(database.acting_as(Principal(account_id)))
            queued += 1
            if monotonic() >= end:
                break
    if queued:
        logger.info("accounts queued", count=queued)


async def look_after(database: Database, account_id: UUID, chores: Sequence[Chore]) -> None:
    """Do all chores for one account, one after the other. An account that is gone needs none."""
    session = database.acting_as(Principal(account_id))
    if await repository.mailed(session) is None:
        return
    for chore in chores:
        await chore(session)
