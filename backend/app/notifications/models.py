"""
[Task]: T-078
[From]: speckit.specify §4.1, §4.6, data-model §4.1, §4.2
[Description]: The tables of notifications and of what is delivered how.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from app.core.asker import Principal
from app.core.isolation import reached_by

TIMESTAMP = DateTime(timezone=True)


class Notification(SQLModel, table=True):
    """What the service has told an account."""

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("kind in ('security', 'account', 'product')"),
        CheckConstraint("char_length(title) between 1 and 120"),
        CheckConstraint("char_length(body) <= 2000"),
        CheckConstraint("jsonb_typeof(data) = 'object' and octet_length(data::text) <= 4096"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("new_id()")})
    owner_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE")
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("''")})
    data: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs={"server_default": text("now()")})
    read_at: datetime | None = Field(sa_type=TIMESTAMP)


class Preference(SQLModel, table=True):
    """Whether one kind is delivered by one channel, where that differs from the default."""

    __tablename__ = "notification_preferences"
    __table_args__ = (
        CheckConstraint("kind in ('security', 'account', 'product')"),
        CheckConstraint("channel in ('live', 'email')"),
        CheckConstraint("enabled or kind <> 'security' or channel <> 'email'"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    owner_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    kind: str = Field(primary_key=True, sa_type=Text)
    channel: str = Field(primary_key=True, sa_type=Text)
    enabled: bool


_OWNER = col(Notification.owner_id)
_NEWEST_FIRST = (col(Notification.created_at).desc(), col(Notification.id).desc())

# The names that Postgres gives them by itself; SQLAlchemy would call two of them alike.
Index("notifications_owner_id_created_at_id_idx", _OWNER, *_NEWEST_FIRST)
Index("notifications_owner_id_kind_created_at_id_idx", _OWNER, col(Notification.kind), *_NEWEST_FIRST)
Index(
    "notifications_owner_id_created_at_id_idx1",
    _OWNER,
    *_NEWEST_FIRST,
    postgresql_where=col(Notification.read_at).is_(None),
)
Index(
    "notifications_owner_id_kind_created_at_id_idx1",
    _OWNER,
    col(Notification.kind),
    *_NEWEST_FIRST,
    postgresql_where=col(Notification.read_at).is_(None),
)
