"""
[Task]: T-006, T-085, T-079, T-080, T-081, T-082, T-084, T-087
[From]: speckit.specify §4.1, §4.2, §4.3, §4.4, §4.5, §4.7, §4.9, speckit.plan §4.8
[Description]: What goes in and out about notifications.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.examples import ID, MOMENT, example, example_of
from app.core.notice import Kind


class Notification(BaseModel):
    """What the service has told the caller."""

    model_config = example(
        id=ID,
        kind="product",
        title="A test",
        body="You asked for it.",
        data={"from": "you"},
        created_at=MOMENT,
        read_at=MOMENT,
    )

    id: UUID
    kind: Kind
    title: str
    body: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class NotificationPage(BaseModel):
    """Some of the caller's notifications, newest first."""

    model_config = example(items=[example_of(Notification)], next_cursor="MjAyNi0wMy0wMVQwOTozMDowMFo")

    items: list[Notification]
    next_cursor: str | None


class UnreadCount(BaseModel):
    """How many are unread."""

    model_config = example(unread=3, more=False)

    unread: Annotated[int, Field(ge=0, le=100)]
    more: Annotated[bool, Field(description="There are more than 99.")]


class ReadAll(BaseModel):
    """Which notifications to mark as read."""

    model_config = ConfigDict(extra="forbid", **example(up_to=ID))

    up_to: Annotated[UUID | None, Field(description="The newest notification to mark; all if absent.")] = None


class Marked(BaseModel):
    """How many notifications were marked."""

    model_config = example(marked=3, more=False)

    marked: Annotated[int, Field(ge=0)]
    more: Annotated[bool, Field(description="There may be more than could be marked in time.")]


class Streamed(Notification):
    """A notification on its way into a stream."""

    live: bool
    """Whether the owner wants this kind delivered live."""


class Unmailed(BaseModel):
    """A notification as a digest tells of it."""

    id: UUID
    title: str
    created_at: datetime
