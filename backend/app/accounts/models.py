"""
[Task]: T-101, T-102, T-103, T-106, T-113
[From]: data-model §2.1, §2.2, §2.3, §2.4, §2.5
[Description]: The tables of accounts, identities, sessions, refresh tokens and mailed tokens.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel, col

from app.core.asker import EmailClaim, IdentityClaim, Principal, TokenClaim
from app.core.isolation import reached_by

TIMESTAMP = DateTime(timezone=True)
NEW_ID = {"server_default": text("new_id()")}
NOW = {"server_default": text("now()")}


class Account(SQLModel, table=True):
    """An account, and its own owner."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("email = lower(email) and char_length(email) between 3 and 254"),
        CheckConstraint("(password_hash is null) = (email is null)"),
        {"info": reached_by({Principal: "id", EmailClaim: "email"})},
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    email: str | None = Field(sa_type=Text, unique=True)
    password_hash: str | None = Field(sa_type=Text)
    email_verified_at: datetime | None = Field(sa_type=TIMESTAMP)
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)


class Identity(SQLModel, table=True):
    """Somebody at an external issuer, and the account for which they stand."""

    __tablename__ = "identities"
    __table_args__ = (
        CheckConstraint("char_length(issuer) between 1 and 500"),
        CheckConstraint("char_length(subject) between 1 and 255"),
        {"info": reached_by({Principal: "owner_id", IdentityClaim: ("issuer", "subject")})},
    )

    issuer: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    owner_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)


class LogInSession(SQLModel, table=True):
    """One log-in on one device."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("char_length(user_agent) <= 200"),
        CheckConstraint("end_reason in ('logout', 'everywhere', 'password', 'revoked', 'reuse')"),
        CheckConstraint("(ended_at is null) = (end_reason is null)"),
        UniqueConstraint("id", "owner_id"),
        {"info": reached_by({Principal: "owner_id"})},
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    owner_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE")
    user_agent: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)
    last_used_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)
    ended_at: datetime | None = Field(sa_type=TIMESTAMP)
    end_reason: str | None = Field(sa_type=Text)


class RefreshToken(SQLModel, table=True):
    """A refresh token of a session, as its SHA-256."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32"),
        ForeignKeyConstraint(
            ["session_id", "owner_id"], ["sessions.id", "sessions.owner_id"], ondelete="CASCADE"
        ),
        Index(None, "owner_id", "session_id"),
        {"info": reached_by({Principal: "owner_id", TokenClaim: "token_hash"})},
    )

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    owner_id: UUID
    session_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    spent_at: datetime | None = Field(sa_type=TIMESTAMP)


class MailToken(SQLModel, table=True):
    """A token that was mailed, as its SHA-256."""

    __tablename__ = "mail_tokens"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32"),
        CheckConstraint("purpose in ('verify', 'reset')"),
        Index(None, "owner_id", "purpose"),
        {"info": reached_by({Principal: "owner_id", TokenClaim: "token_hash"})},
    )

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    owner_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE")
    purpose: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=TIMESTAMP, sa_column_kwargs=NOW)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(sa_type=TIMESTAMP)


Index(None, col(LogInSession.owner_id), col(LogInSession.created_at).desc())
