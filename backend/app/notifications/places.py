"""
[Task]: T-084
[From]: speckit.specify §4.7, speckit.plan §4.6, data-model §4.3
[Description]: The places of live streams: three for an owner, counted in the database for all instances.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, bindparam, delete, func, literal, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from app.core.asker import Principal
from app.core.database import Session
from app.core.isolation import reached_by
from app.core.outages import OUTAGES
from app.core.problems import TOO_MANY_REQUESTS, ProblemError
from app.core.statement import prepare
from app.notifications.models import TIMESTAMP

PLACES = range(1, 4)
RETRY_SECONDS = 15
# Longer than from one heartbeat to the next, also with a client that is slow to take them.
TIME = timedelta(minutes=1)


class LiveStream(SQLModel, table=True):
    """A place among an account's live streams, and which stream has it."""

    __tablename__ = "live_streams"
    __table_args__ = (
        CheckConstraint("place between 1 and 3"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    owner_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    place: int = Field(primary_key=True)
    id: UUID = Field(sa_column_kwargs={"server_default": text("new_id()")})
    expires_at: datetime = Field(sa_type=TIMESTAMP)


_until = func.now() + literal(TIME)
_new = insert(LiveStream).values(place=bindparam("place"), expires_at=_until)
_TAKE = prepare(
    _new.on_conflict_do_update(
        index_elements=["owner_id", "place"],
        set_={"id": _new.excluded.id, "expires_at": _new.excluded.expires_at},
        where=col(LiveStream.expires_at) < func.now(),
    ).returning(col(LiveStream.id)),
    into=UUID,
)
_is_its_own = col(LiveStream.id) == bindparam("stream")
_KEEP = prepare(
    update(LiveStream).values(expires_at=_until).where(_is_its_own).returning(col(LiveStream.id)), into=UUID
)
_GIVE_BACK = prepare(delete(LiveStream).where(_is_its_own).returning(col(LiveStream.id)), into=UUID)


async def take(session: Session[Principal]) -> UUID | None:
    """Take a place for a stream of the principal: one that is free, or whose time is over.

    One round trip for each place that is tried. A statement that chose among them would find none where
    somebody else was quicker at the one it chose.

    Returns:
        The stream's id; None if every place is taken.
    """
    for place in PLACES:
        if stream := await session.first(_TAKE, place=place):
            return stream
    return None


async def keep(session: Session[Principal], stream: UUID) -> bool:
    """Keep the place of a stream for another while.

    Returns:
        Whether it still had it.
    """
    return await session.first(_KEEP, stream=stream) is not None


async def give_back(session: Session[Principal], stream: UUID) -> None:
    """Give the place of a stream back, if it still has it."""
    await session.run(_GIVE_BACK, stream=stream)


@asynccontextmanager
async def taken(session: Session[Principal]) -> AsyncIterator[UUID]:
    """Have a place for a stream of the principal, which `keep` keeps meanwhile.

    Yields:
        The stream's id.

    Raises:
        ProblemError: Every place is taken.
    """
    stream = await take(session)
    if stream is None:
        raise ProblemError(TOO_MANY_REQUESTS, {"Retry-After": str(RETRY_SECONDS)})
    try:
        yield stream
    finally:
        with suppress(*OUTAGES):  # its time will be over by itself
            await give_back(session, stream)
