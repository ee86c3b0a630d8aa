"""
[Task]: T-106, T-107
[From]: speckit.specify §2.6, §2.7, speckit.plan §3.4
[Description]: The statements on mailed tokens, and on what they prove.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, LargeBinary, Update, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.models import Account, LogInSession, MailToken
from app.core.asker import Principal, TokenClaim
from app.core.database import Session, Transaction
from app.core.statement import Statement, prepare

Purpose = Literal["verify", "reset"]

_OWNER = prepare(select(col(MailToken.owner_id)), into=UUID, by=TokenClaim)

_unused = col(MailToken.used_at).is_(None)
_void_earlier = (
    update(MailToken)
    .values(used_at=func.now())
    .where(_unused, col(MailToken.purpose) == bindparam("purpose"))
    .returning(col(MailToken.token_hash))
    .cte("void_earlier")
)
_ISSUE = prepare(
    insert(MailToken)
    .values(
        token_hash=bindparam("token_hash", type_=LargeBinary),
        purpose=bindparam("purpose"),
        expires_at=bindparam("expires_at", type_=DateTime(timezone=True)),
    )
    .returning(col(MailToken.token_hash))
    .add_cte(_void_earlier),
    into=bytes,
)


def _with_sessions_ended(change: Update, *which: ColumnElement[bool]) -> Statement[Principal, UUID]:
    """Change the account and, if that was done, end its live sessions."""
    changed = change.returning(col(Account.id)).cte("changed")
    ended = (
        update(LogInSession)
        .values(ended_at=func.now(), end_reason="password")
        .where(col(LogInSession.ended_at).is_(None), select(changed.c.id).exists(), *which)
        .returning(col(LogInSession.id))
        .cte("ended")
    )
    return prepare(select(changed.c.id).add_cte(ended), into=UUID)


_used = (
    update(MailToken)
    .values(used_at=func.now())
    .where(
        _unused,
        col(MailToken.token_hash) == bindparam("presented", type_=LargeBinary),
        col(MailToken.purpose) == bindparam("purpose"),
        col(MailToken.expires_at) > func.now(),
    )
    .returning(col(MailToken.token_hash))
    .cte("used")
)
_verified_at = func.coalesce(col(Account.email_verified_at), func.now())
_VERIFY = prepare(
    update(Account)
    .values(email_verified_at=_verified_at)
    .where(select(_used.c.token_hash).exists())
    .returning(col(Account.id)),
    into=UUID,
)

_RESET = _with_sessions_ended(
    update(Account)
    .values(password_hash=bindparam("password_hash"), email_verified_at=_verified_at)
    .where(select(_used.c.token_hash).exists())
)

_PASSWORD = prepare(select(col(Account.password_hash)), into=str)

# The hash that was verified must still be the one: of two changes at once the second knows a password of old.
_CHANGE = _with_sessions_ended(
    update(Account)
    .values(password_hash=bindparam("password_hash"))
    .where(col(Account.password_hash) == bindparam("verified")),
    col(LogInSession.id).is_distinct_from(bindparam("current")),
)


async def owner_of(session: Session[TokenClaim]) -> UUID | None:
    """Find whose mailed token is claimed; None if there is no such token."""
    return await session.first(_OWNER)


async def issue(
    session: Session[Principal], purpose: Purpose, *, token_hash: bytes, expires_at: datetime
) -> None:
    """Keep a new token, and make the earlier ones of this purpose void."""
    await session.run(_ISSUE, purpose=purpose, token_hash=token_hash, expires_at=expires_at)


async def verify(session: Session[Principal], presented: bytes) -> bool:
    """Use a token to verify the address; tell whether it was good."""
    return await session.first(_VERIFY, presented=presented, purpose="verify") is not None


async def reset(unit: Transaction[Principal], presented: bytes, password_hash: str) -> bool:
    """Use a token to set the password, verify the address and end all sessions; tell whether it was good."""
    return bool(await unit.run(_RESET, presented=presented, purpose="reset", password_hash=password_hash))


async def password_hash(session: Session[Principal]) -> str | None:
    """Read the hash of the principal's password, if there is one."""
    return await session.first(_PASSWORD)


async def change_password(
    unit: Transaction[Principal], password_hash: str, *, verified: str, current: UUID | None
) -> bool:
    """Set the password and end all other sessions; tell whether the verified hash still held."""
    return bool(await unit.run(_CHANGE, password_hash=password_hash, verified=verified, current=current))
