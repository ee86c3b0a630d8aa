"""
[Task]: T-101, T-102, T-105
[From]: speckit.specify §2.1, §2.2, §2.5, speckit.plan §3.2, §3.3
[Description]: The statements on accounts, sessions and refresh tokens.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts import schemas
from app.accounts.models import Account, LogInSession, RefreshToken
from app.core.asker import EmailClaim, Principal
from app.core.database import Session
from app.core.statement import prepare


class Credentials(NamedTuple):
    """What log in needs of an account."""

    id: UUID
    password_hash: str


_ADD = prepare(
    insert(Account)
    .values(password_hash=bindparam("password_hash"))
    .on_conflict_do_nothing(index_elements=["email"])
    .returning(col(Account.id)),
    into=UUID,
    by=EmailClaim,
)

_CREDENTIALS = prepare(select(col(Account.id), col(Account.password_hash)), into=Credentials, by=EmailClaim)

_RENEW_PASSWORD = prepare(
    update(Account).values(password_hash=bindparam("password_hash")).returning(col(Account.id)), into=UUID
)

_new_session = (
    insert(LogInSession)
    .values(user_agent=bindparam("user_agent"))
    .returning(col(LogInSession.id))
    .cte("new_session")
)
_BEGIN_SESSION = prepare(
    insert(RefreshToken)
    .from_select(
        ["session_id", "token_hash", "expires_at"],
        select(
            _new_session.c.id,
            bindparam("token_hash", type_=LargeBinary),
            bindparam("expires_at", type_=DateTime(timezone=True)),
        ),
    )
    .returning(col(RefreshToken.session_id)),
    into=UUID,
)

_ACCOUNT = prepare(
    select(
        col(Account.id),
        col(Account.email),
        col(Account.email_verified_at).is_not(None).label("email_verified"),
        col(Account.created_at),
    ),
    into=schemas.Account,
)


async def add(session: Session[EmailClaim], password_hash: str) -> UUID | None:
    """Add the account of the claimed address; None if there is one, which stays as it is."""
    return await session.first(_ADD, password_hash=password_hash)


async def credentials(session: Session[EmailClaim]) -> Credentials | None:
    """Find what the claimed address logs in with."""
    return await session.first(_CREDENTIALS)


async def renew_password(session: Session[Principal], password_hash: str) -> None:
    """Keep the same password under newer parameters."""
    await session.run(_RENEW_PASSWORD, password_hash=password_hash)


async def begin_session(
    session: Session[Principal], *, user_agent: str | None, token_hash: bytes, expires_at: datetime
) -> UUID:
    """Add a session together with its first refresh token."""
    (session_id,) = await session.run(
        _BEGIN_SESSION, user_agent=user_agent, token_hash=token_hash, expires_at=expires_at
    )
    return session_id


async def account(session: Session[Principal]) -> schemas.Account | None:
    """Read the principal's account; None if it has been deleted since the token was issued."""
    return await session.first(_ACCOUNT)
