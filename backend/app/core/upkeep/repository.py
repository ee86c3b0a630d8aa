"""
[Task]: T-087
[From]: speckit.specify §4.9, speckit.plan §5.3
[Description]: The statements on who is due, and on what they were told of.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, Integer, bindparam, func, literal, select, update
from sqlmodel import col

from app.core.asker import Duty, Principal
from app.core.database import Session
from app.core.statement import prepare
from app.core.upkeep.models import Upkeep

DUTY = Duty("upkeep")
DAY, LATE = timedelta(days=1), timedelta(hours=1)


class Mailed(NamedTuple):
    """How far an account was told by digests, and how often mail was switched on again."""

    owner_id: UUID
    mailed_up_to: datetime | None
    resubscriptions: int


_is_due = col(Upkeep.due_at) <= func.now()
_DUE = prepare(
    select(col(Upkeep.owner_id))
    .where(_is_due)
    .order_by(col(Upkeep.due_at))
    .limit(bindparam("limit", type_=Integer)),
    into=UUID,
    by=Duty,
)

# An account keeps its time of the day, unless all are late: then the delay is not made up for.
_PUT_OFF = prepare(
    update(Upkeep)
    .values(due_at=func.greatest(col(Upkeep.due_at), func.now() - literal(LATE)) + literal(DAY))
    .where(_is_due)
    .returning(col(Upkeep.owner_id)),
    into=UUID,
)

_MAILED = prepare(
    select(col(Upkeep.owner_id), col(Upkeep.mailed_up_to), col(Upkeep.resubscriptions)), into=Mailed
)

# It only ever goes forward, whichever of two workers comes last.
_SET_MAILED = prepare(
    update(Upkeep)
    .values(
        mailed_up_to=func.greatest(
            col(Upkeep.mailed_up_to), bindparam("newest", type_=DateTime(timezone=True))
        )
    )
    .returning(col(Upkeep.owner_id)),
    into=UUID,
)


async def due(duty: Session[Duty], limit: int) -> list[UUID]:
    """Find accounts that are due, those that have waited longest first."""
    return await duty.run(_DUE, limit=limit)


async def put_off(session: Session[Principal]) -> None:
    """Make the principal due again tomorrow, if they are due."""
    await session.run(_PUT_OFF)


async def mailed(session: Session[Principal]) -> Mailed | None:
    """Read how far digests have told the principal; None if there is no such account."""
    return await session.first(_MAILED)


async def set_mailed(session: Session[Principal], newest: datetime) -> None:
    """Keep that digests have told of everything up to a moment."""
    await session.run(_SET_MAILED, newest=newest)
