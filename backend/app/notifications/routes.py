"""
[Task]: T-006, T-085, T-079, T-080, T-081, T-082, T-084
[From]: speckit.specify §4.1, §4.2, §4.3, §4.4, §4.5, §4.7, speckit.plan §4.8
[Description]: The routes of notifications.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query
from pydantic.json_schema import SkipJsonSchema

from app.core.idempotency.dependency import IdempotentSession
from app.core.notice import Kind
from app.core.problems import (
    IDEMPOTENCY_MISMATCH,
    INVALID_REQUEST,
    NOT_FOUND,
    OF_A_BODY,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    responses,
)
from app.core.rate_limits import limited_for_caller
from app.core.routing import slice_router
from app.core.runtime import Caller, CallerSession
from app.notifications import live, service
from app.notifications.schemas import (
    Marked,
    Notification,
    NotificationPage,
    ReadAll,
    UnreadCount,
)
from app.notifications.streams import CallerStream

router = slice_router("notifications")

STREAM: dict[str, Any] = {
    "content": {"text/event-stream": {"examples": {"notification": {"value": live.EXAMPLE}}}}
}


@router.get(
    "/v1/notifications",
    name="listNotifications",
    summary="List notifications, newest first",
    response_description="One page.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST),
)
async def list_notifications(
    session: CallerSession,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | SkipJsonSchema[None], Query(max_length=200, description="`next_cursor` of the previous page.")
    ] = None,
    unread: Annotated[bool, Query(description="Only unread ones.")] = False,  # noqa: FBT002 -- by name, in HTTP
    kind: Kind | SkipJsonSchema[None] = None,
) -> NotificationPage:
    """List the caller's notifications."""
    return await service.list_page(session, limit=limit, cursor=cursor, unread=unread, kind=kind)


# Routes are tried one after the other, so those that are asked most come first. What is no id is none of
# these three: other words in its place are paths of their own, with methods of their own.
@router.get(
    "/v1/notifications/{notification_id:uuid}",
    name="readNotification",
    summary="Read one notification",
    response_description="The notification.",
    responses=responses(UNAUTHENTICATED, NOT_FOUND, INVALID_REQUEST),
)
async def read_notification(session: CallerSession, notification_id: UUID) -> Notification:
    """Read one of the caller's notifications."""
    return await service.read(session, notification_id)


@router.put(
    "/v1/notifications/{notification_id:uuid}/read",
    status_code=204,
    name="markRead",
    summary="Mark one notification as read",
    response_description="Marked as read.",
    responses=responses(UNAUTHENTICATED, NOT_FOUND, INVALID_REQUEST),
)
async def mark_read(session: CallerSession, notification_id: UUID) -> None:
    """Mark one of the caller's notifications as read."""
    await service.mark_read(session, notification_id)


@router.delete(
    "/v1/notifications/{notification_id:uuid}",
    status_code=204,
    name="deleteNotification",
    summary="Delete one notification",
    response_description="Deleted.",
    responses=responses(UNAUTHENTICATED, NOT_FOUND, INVALID_REQUEST),
)
async def delete_notification(session: CallerSession, notification_id: UUID) -> None:
    """Delete one of the caller's notifications."""
    await service.delete(session, notification_id)


@router.get(
    "/v1/notifications/unread-count",
    name="countUnread",
    summary="Count unread notifications",
    response_description="At most 100.",
    responses=responses(UNAUTHENTICATED),
)
async def count_unread(session: CallerSession) -> UnreadCount:
    """Count the caller's unread notifications."""
    return await service.count_unread(session)


@router.post(
    "/v1/notifications/read-all",
    name="readAll",
    summary="Mark all notifications as read",
    response_description="How many were marked.",
    responses=responses(UNAUTHENTICATED, *OF_A_BODY, IDEMPOTENCY_MISMATCH),
)
async def read_all(session: IdempotentSession, which: ReadAll) -> Marked:
    """Mark all of the caller's notifications as read, or all up to a given one."""
    return await service.mark_all_read(session, which.up_to)


@router.post(
    "/v1/notifications/test",
    status_code=201,
    dependencies=[Depends(limited_for_caller(service.TESTS))],
    name="sendTest",
    summary="Send a test notification",
    response_description="Created.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def send_test(session: IdempotentSession) -> Notification:
    """Make a test notification for the caller."""
    return await service.send_test(session)


@router.get(
    "/v1/notifications/stream",
    status_code=200,
    name="streamNotifications",
    summary="Receive notifications as they are made",
    response_class=live.LiveResponse,
    response_description="Server-sent events: `event: notification`, `id` its place, `data` a Notification.",
    responses={200: STREAM, **responses(UNAUTHENTICATED, INVALID_REQUEST, TOO_MANY_REQUESTS)},
)
async def stream_notifications(
    caller: Caller,
    session: CallerSession,
    stream: CallerStream,
    last_event_id: Annotated[
        str | SkipJsonSchema[None],
        Header(
            alias="Last-Event-ID",
            max_length=200,
            description="The last `id`: what was made after it comes first. A stream begins with one.",
        ),
    ] = None,
) -> live.LiveResponse:
    """Send the caller's notifications as they are made."""
    position = await live.begin(session, last_event_id)
    return live.LiveResponse(stream, live.events(stream, session, position, caller.expires_at))
