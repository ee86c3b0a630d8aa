"""
[Task]: T-106
[From]: speckit.specify §2.6, speckit.plan §3.4
[Description]: The statements on mailed tokens, and on what they prove.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.models import Account, MailToken
from app.core.asker import Principal, TokenClaim
from app.core.database import Session
from app.core.statement import prepare

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
