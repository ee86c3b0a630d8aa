"""
[Task]: T-085, T-079, T-080, T-081, T-082, T-083, T-084
[From]: speckit.specify §4.1, §4.2, §4.8, §4.3, §4.4, §4.5, §4.6, §4.7, speckit.plan §2.8, §4.4
[Description]: Decides what a notification says, and where a page begins and ends.
"""

import time
from itertools import product
from typing import get_args
from uuid import UUID

from fastapi.exceptions import RequestValidationError

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Kind, Notice
from app.core.problems import NOT_FOUND, ProblemError
from app.core.rate_limits import Limit
from app.notifications import repository
from app.notifications.cursor import Position, read_cursor, write_cursor
from app.notifications.schemas import (
    Channel,
    Marked,
    Notification,
    NotificationPage,
    Preference,
    Preferences,
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

DEFAULTS = {
    (kind, channel): (kind, channel) != ("product", "email")
    for kind, channel in product(get_args(Kind), get_args(Channel))
}
ALWAYS_ON = ("security", "email")


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


async def preferences(session: Session[Principal]) -> Preferences:
    """Give the caller's preferences: what they chose, else the default."""
    chosen = {
        (choice.kind, choice.channel): choice.enabled for choice in await repository.preferences(session)
    }
    return Preferences(
        items=[
            Preference(kind=kind, channel=channel, enabled=enabled)
            for (kind, channel), enabled in {**DEFAULTS, **chosen}.items()
        ]
    )


async def prefer(session: Session[Principal], preference: Preference) -> None:
    """Set one preference; only what differs from the default is kept.

    Raises:
        RequestValidationError: It would switch off what must stay on.
    """
    place = (preference.kind, preference.channel)
    if place == ALWAYS_ON and not preference.enabled:
        raise _invalid("body", "enabled", "Mail about security cannot be switched off.")
    if preference.enabled == DEFAULTS[place]:
        await repository.prefer_default(session, preference)
    else:
        await repository.prefer(session, preference)


async def switch_mail_off(session: Session[Principal], *, resubscriptions: int) -> bool:
    """Switch mail off for every kind for which it may be, unless it was switched on again meanwhile.

    Args:
        session: The principal's.
        resubscriptions: How often it had been switched on again when this was asked for.

    Returns:
        Whether that was done.
    """
    mailed = {kind: on for (kind, channel), on in DEFAULTS.items() if channel == "email"}
    del mailed[ALWAYS_ON[0]]
    return await repository.switch_mail_off(session, mailed, resubscriptions=resubscriptions)


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
        raise _invalid(source, name, str(error)) from None


def _invalid(source: str, name: str, why: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": (source, name), "msg": why}])
