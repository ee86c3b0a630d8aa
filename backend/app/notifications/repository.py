"""
[Task]: T-085, T-079, T-080, T-081, T-082, T-084, T-087
[From]: speckit.specify §4.1, §4.2, §4.8, §4.3, §4.4, §4.5, §4.7, §4.9, speckit.plan §2.6, §2.8, §4.4
[Description]: The statements on notifications.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.asker import Principal
from app.core.database import Session, Transaction
from app.core.isolation import OWNER_LOCK
from app.core.notice import Kind, Notice
from app.core.statement import Statement, prepare
from app.notifications import models, schemas
from app.notifications.cursor import Position

Kept = models.Notification
Choice = models.Preference

# SQLAlchemy gives a model its table; SQLModel does not declare it.
_TABLE = Kept.__table__  # type: ignore[attr-defined]
_COLUMNS = [_TABLE.c[name] for name in schemas.Notification.model_fields]
_NEWEST_FIRST = (col(Kept.created_at).desc(), col(Kept.id).desc())

# One owner's notifications are made one after the other, and each is dated when its turn has come. So they
# become visible in the order of their dates, and who has read up to one of them has missed none.
_turn = select(OWNER_LOCK).subquery("turn")
_MAKE = prepare(
    insert(Kept)
    .from_select(
        [*Notice._fields, "created_at"],
        select(
            *(bindparam(name, type_=_TABLE.c[name].type) for name in Notice._fields), func.clock_timestamp()
        ).select_from(_turn),
    )
    .returning(*_COLUMNS),
    into=schemas.Notification,
)

_ONE = prepare(select(*_COLUMNS).where(col(Kept.id) == bindparam("id")), into=schemas.Notification)


@cache
def _page(*, unread: bool, of_kind: bool, further: bool) -> Statement[Principal, schemas.Notification]:
    """Write the statement of one combination of filters: only so does each use its index."""
    place = tuple_(col(Kept.created_at), col(Kept.id))
    page = select(*_COLUMNS).order_by(*_NEWEST_FIRST)
    if unread:
        page = page.where(col(Kept.read_at).is_(None))
    if of_kind:
        page = page.where(col(Kept.kind) == bindparam("kind", type_=Text))
    if further:
        created_at = bindparam("created_at", type_=DateTime(timezone=True))
        page = page.where(place < tuple_(created_at, bindparam("id", type_=Uuid)))
    return prepare(page.limit(bindparam("limit", type_=Integer)), into=schemas.Notification)


UNREAD_LIMIT = 100
# Without an order the planner may read the table from its beginning, hoping to meet a hundred soon.
_unread = (
    select(col(Kept.id))
    .where(col(Kept.read_at).is_(None))
    .order_by(*_NEWEST_FIRST)
    .limit(UNREAD_LIMIT)
    .subquery()
)
_UNREAD = prepare(select(func.count()).select_from(_unread), into=int)

# In one statement: whether it exists, and the change only where there is one to make.
_marked = (
    update(Kept)
    .where(col(Kept.id) == bindparam("id"), col(Kept.read_at).is_(None))
    .values(read_at=func.now())
    .returning(col(Kept.id))
    .cte("marked")
)
_MARK = prepare(select(col(Kept.id)).where(col(Kept.id) == bindparam("id")).add_cte(_marked), into=UUID)


class Turn(NamedTuple):
    """What one turn of marking all has come to."""

    found: int
    """One more than it may mark, if there are more."""
    marked: int
    """Fewer than were found, if somebody else marks as well."""
    oldest: datetime | None
    """When the oldest that it found was made."""


@cache
def _mark_some(*, up_to: bool, further: bool) -> Statement[Principal, Turn]:
    """Write one turn of marking all, or all that are not newer than a given one.

    It goes from the newest to the oldest, so that what arrives meanwhile is behind it. Rows are locked in
    that order: two who mark the same ones wait for each other, and never crosswise.
    """
    unread = select(col(Kept.id), col(Kept.created_at)).where(col(Kept.read_at).is_(None))
    if up_to:
        newest = aliased(Kept)
        unread = unread.where(
            col(newest.id) == bindparam("up_to", type_=Uuid),
            tuple_(col(Kept.created_at), col(Kept.id)) <= tuple_(newest.created_at, newest.id),
        )
    if further:
        unread = unread.where(col(Kept.created_at) <= bindparam("oldest", type_=DateTime(timezone=True)))
    limit = bindparam("limit", type_=Integer)
    some = unread.order_by(*_NEWEST_FIRST).limit(limit + 1).with_for_update(of=Kept).cte("some")
    newest_first = (some.c.created_at.desc(), some.c.id.desc())
    turn = select(some.c.id).order_by(*newest_first).limit(limit)
    marked = (
        update(Kept)
        .where(col(Kept.id).in_(turn), col(Kept.read_at).is_(None))
        .values(read_at=func.now())
        .returning(col(Kept.id))
        .cte("marked")
    )
    return prepare(
        select(
            func.count().label("found"),
            select(func.count()).select_from(marked).scalar_subquery().label("marked"),
            func.min(some.c.created_at).label("oldest"),
        ).select_from(some),
        into=Turn,
    )


_PLACE = (col(Kept.created_at), col(Kept.id))
_NEWEST = prepare(select(*_PLACE).order_by(*_NEWEST_FIRST).limit(1), into=Position)
_unwanted = select(col(Choice.enabled)).where(
    col(Choice.kind) == col(Kept.kind), col(Choice.channel) == "live", col(Choice.enabled).is_(False)
)
_FOLLOWING = prepare(
    select(*_COLUMNS, (~_unwanted.exists()).label("live"))
    .where(
        tuple_(*_PLACE)
        > tuple_(bindparam("created_at", type_=DateTime(timezone=True)), bindparam("id", type_=Uuid))
    )
    .order_by(*_PLACE)
    .limit(bindparam("limit", type_=Integer)),
    into=schemas.Streamed,
)

_UNMAILED = prepare(
    select(*(_TABLE.c[name] for name in schemas.Unmailed.model_fields))
    .where(
        col(Kept.read_at).is_(None),
        col(Kept.kind) == any_(bindparam("kinds", type_=ARRAY(Text))),
        col(Kept.created_at) > bindparam("after", type_=DateTime(timezone=True)),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("limit", type_=Integer)),
    into=schemas.Unmailed,
)

_DELETE = prepare(delete(Kept).where(col(Kept.id) == bindparam("id")).returning(col(Kept.id)), into=UUID)

BEFORE_ALL = Position(datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


async def make(unit: Session[Principal] | Transaction[Principal], notice: Notice) -> schemas.Notification:
    """Insert a notification of whoever the unit of work acts as."""
    values = {**notice._asdict(), "data": Jsonb(dict(notice.data))}
    (made,) = await unit.run(_MAKE, **values)
    return made


async def page(
    session: Session[Principal], *, limit: int, after: Position | None, unread: bool, kind: str | None
) -> list[schemas.Notification]:
    """Read at most `limit` notifications, newest first, from just after a position."""
    statement = _page(unread=unread, of_kind=kind is not None, further=after is not None)
    filters = {} if kind is None else {"kind": kind}
    place = {} if after is None else after._asdict()
    return await session.run(statement, limit=limit, **filters, **place)


async def one(session: Session[Principal], notification_id: UUID) -> schemas.Notification | None:
    """Read one; None if the principal has no such one."""
    return await session.first(_ONE, id=notification_id)


async def unread(session: Session[Principal]) -> int:
    """Count the unread ones, up to `UNREAD_LIMIT` and no further."""
    (count,) = await session.run(_UNREAD)
    return count


async def mark_read(session: Session[Principal], notification_id: UUID) -> bool:
    """Mark one as read; one that was read before keeps its moment.

    Returns:
        Whether the principal has such one.
    """
    return await session.first(_MARK, id=notification_id) is not None


async def mark_some_read(
    session: Session[Principal], *, limit: int, up_to: UUID | None, oldest: datetime | None
) -> Turn:
    """Mark the newest unread ones.

    Args:
        session: The principal's.
        limit: How many at most.
        up_to: Only those that are not newer than this one.
        oldest: Where the turn before has ended.
    """
    given = {"up_to": up_to, "oldest": oldest}
    parameters = {name: value for name, value in given.items() if value is not None}
    statement = _mark_some(up_to=up_to is not None, further=oldest is not None)
    (turn,) = await session.run(statement, limit=limit, **parameters)
    return turn


async def remove(session: Session[Principal], notification_id: UUID) -> bool:
    """Delete one.

    Returns:
        Whether the principal had such one.
    """
    return await session.first(_DELETE, id=notification_id) is not None


async def newest(session: Session[Principal]) -> Position:
    """Find the place of the newest one; that before all others if there is none."""
    return await session.first(_NEWEST) or BEFORE_ALL


async def following(session: Session[Principal], after: Position, limit: int) -> list[schemas.Streamed]:
    """Read at most `limit` notifications, oldest first, from just after a position."""
    return await session.run(_FOLLOWING, **after._asdict(), limit=limit)


async def unmailed(
    session: Session[Principal], kinds: Sequence[Kind], *, after: datetime | None, limit: int
) -> list[schemas.Unmailed]:
    """Read at most `limit` unread ones of these kinds, newest first, made after a moment."""
    moment = after or BEFORE_ALL.created_at
    return await session.run(_UNMAILED, kinds=[*kinds], after=moment, limit=limit)
