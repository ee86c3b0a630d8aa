"""
[Task]: T-004, T-005
[From]: data-model §5.1, §5.2
[Description]: The tables of idempotency keys and of sealed answers.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from app.core.asker import Duty, Principal, TokenClaim
from app.core.isolation import reached_by


class IdempotencyKey(SQLModel, table=True):
    """A key that was used, and what was answered."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("char_length(operation) <= 200"),
        CheckConstraint("char_length(key) between 1 and 255"),
        CheckConstraint("octet_length(request_hash) = 32"),
        CheckConstraint("status between 200 and 599"),
        Index(None, "owner_id", "created_at"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    owner_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    operation: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: bytes = Field(sa_type=LargeBinary)
    status: int
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )


class SealedAnswer(SQLModel, table=True):
    """What was answered to nobody in particular. Whoever does its upkeep sees what is past its time."""

    __tablename__ = "sealed_answers"
    __table_args__ = (
        CheckConstraint("octet_length(name) = 32"),
        Index(None, "created_at"),
        {"info": reached_by({TokenClaim: "name", Duty: ()})},
    )

    name: bytes = Field(primary_key=True, sa_type=LargeBinary)
    sealed: bytes | None = Field(sa_type=LargeBinary)
    created_at: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )
