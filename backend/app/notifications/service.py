"""
[Task]: T-085, T-079, T-080, T-081, T-082, T-084
[From]: speckit.specify §4.1, §4.2, §4.8, §4.3, §4.4, §4.5, §4.7, speckit.plan §2.8, §4.4
[Description]: Decides what a notification says, and where a page begins and ends.
"""

import time
from uuid import UUID

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Kind, Notice
from app.core.problems import NOT_FOUND, ProblemError, invalid
from app.core.rate_limits import Limit
from app.notifications import repository
from app.notifications.cursor import Position, read_cursor, write_cursor
from app.notifications.schemas import (
    Marked,
    Notification,
    NotificationPage,
    UnreadCount,
)

TESTS = Limit("test notification", 60)
MARKED_AT_ONCE = 5000
MARKING_SECONDS = 15.0

TEST = Notice(
    kind="product",
    title="This is a test",
    body="You asked for it. If you can read this, notifications reach you.",
)


async def send_test(session: Session[Principal]) -> Notification:
    """Make a test notification for the caller.

    Two round trips: the try is counted by itself.
    """
    return await repository.make(session, TEST)


async def list_page(
    session: Session[Principal], *, limit: int, cursor: str | None, unread: bool, kind: Kind | None
) -> NotificationPage:
    """Read one page. One more than asked for is read, which tells whether there is a next one.

    Raises:
        RequestValidationError: The cursor is none of ours.
    """
    after = None if cursor is None else position_at(cursor, "query", "cursor")
    found = await repository.page(session, limit=limit + 1, after=after, unread=unread, kind=kind)
    items = found[:limit]
    last = Position(items[-1].created_at, items[-1].id) if len(found) > limit else None
    return NotificationPage.model_construct(items=items, next_cursor=last and write_cursor(last))


async def read(session: Session[Principal], notification_id: UUID) -> Notification:
    """Read one notification.

    Raises:
        ProblemError: The caller has no such one.
    """
    found = await repository.one(session, notification_id)
    if found is None:
        raise ProblemError(NOT_FOUND)
    return found


async def count_unread(session: Session[Principal]) -> UnreadCount:
    """Count the caller's unread notifications; beyond 99 nobody counts on."""
    count = await repository.unread(session)
    return UnreadCount(unread=count, more=count >= repository.UNREAD_LIMIT)


async def mark_read(session: Session[Principal], notification_id: UUID) -> None:
    """Mark one notification as read.

    Raises:
        ProblemError: The caller has no such one.
    """
    if not await repository.mark_read(session, notification_id):
        raise ProblemError(NOT_FOUND)


async def mark_all_read(session: Session[Principal], up_to: UUID | None) -> Marked:
    """Mark all notifications as read, or all that are not newer than a given one.

    One round trip for every `MARKED_AT_ONCE`: no statement may take longer than its request.
    """
    end, marked, oldest = time.monotonic() + MARKING_SECONDS, 0, None
    while True:
        turn = await repository.mark_some_read(session, limit=MARKED_AT_ONCE, up_to=up_to, oldest=oldest)
        marked, oldest = marked + turn.marked, turn.oldest
        more = turn.found > MARKED_AT_ONCE
        if not more or time.monotonic() > end:
            return Marked(marked=marked, more=more)


async def delete(session: Session[Principal], notification_id: UUID) -> None:
    """Delete one notification.

    Raises:
        ProblemError: The caller has no such one.
    """
    if not await repository.remove(session, notification_id):
        raise ProblemError(NOT_FOUND)


def position_at(cursor: str, source: str, name: str) -> Position:
    """Read a cursor that a client sent.

    Args:
        cursor: What it sent.
        source: Where: `query` or `header`.
        name: Of the parameter.

    Raises:
        RequestValidationError: The cursor is none of ours.
    """
    try:
        return read_cursor(cursor)
    except ValueError as error:
        raise invalid(source, name, str(error)) from None
