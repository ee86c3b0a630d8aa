"""
[Task]: T-087
[From]: data-model §2.7
[Description]: The table of who is looked after when.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlmodel import Field, SQLModel

from app.core.asker import Duty, Principal
from app.core.isolation import reached_by

TIMESTAMP = DateTime(timezone=True)


class Upkeep(SQLModel, table=True):
    """When an account is due, and what digests have to do with it; the duty may read it, and no further."""

    __tablename__ = "upkeep"
    __table_args__ = (
        Index(None, "due_at"),
        {"info": reached_by({Principal: "owner_id", Duty: ()})},
    )

    owner_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    due_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs={"server_default": text("now()")})
    mailed_up_to: datetime | None = Field(sa_type=TIMESTAMP)
    unsubscribed_at: datetime | None = Field(sa_type=TIMESTAMP)
    resubscriptions: int = Field(sa_column_kwargs={"server_default": text("0")})
