"""
[Task]: T-042
[From]: data-model §3.1
[Description]: The table of profiles.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text, text
from sqlmodel import Field, SQLModel

from app.core.asker import Principal
from app.core.isolation import reached_by


class Profile(SQLModel, table=True):
    """What an account has changed of its profile."""

    __tablename__ = "profiles"
    __table_args__ = (
        CheckConstraint("version > 0"),
        CheckConstraint("char_length(display_name) between 1 and 80"),
        CheckConstraint("char_length(about) between 1 and 500"),
        CheckConstraint("avatar_url ~ '^https://' and char_length(avatar_url) <= 2048"),
        CheckConstraint("char_length(locale) between 2 and 35"),
        CheckConstraint("char_length(time_zone) between 1 and 64"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    owner_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    version: int = Field(sa_column_kwargs={"server_default": text("1")})
    display_name: str | None = Field(sa_type=Text)
    about: str | None = Field(sa_type=Text)
    avatar_url: str | None = Field(sa_type=Text)
    locale: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("'en'")})
    time_zone: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("'UTC'")})
    updated_at: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )
