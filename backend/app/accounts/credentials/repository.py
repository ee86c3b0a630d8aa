"""
[Task]: T-106, T-107, T-089
[From]: speckit.specify §2.6, §2.7, §2.13, speckit.plan §3.4, §5.4
[Description]: The statements on mailed tokens, and on what they prove.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    LargeBinary,
    Update,
    bindparam,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.credentials.outbox import have_sent
from app.accounts.models import Account, LogInSession, MailToken
from app.core.asker import EmailClaim, Principal, TokenClaim
from app.core.database import Session, Transaction
from app.core.statement import Statement, prepare

Purpose = Literal["verify", "reset"]

_OWNER = prepare(select(col(MailToken.owner_id)), into=UUID, by=TokenClaim)

_unused = col(MailToken.used_at).is_(None)
_token_hash = bindparam("token_hash", type_=LargeBinary)
_new_token = insert(MailToken).values(
    token_hash=_token_hash,
    purpose=bindparam("purpose"),
    expires_at=bindparam("expires_at", type_=DateTime(timezone=True)),
)
_issued = (
    _new_token.on_conflict_do_update(
        index_elements=["token_hash"],
        set_={"expires_at": _new_token.excluded.expires_at},
        where=_unused,
    )
    .returning(col(MailToken.token_hash))
    .cte("issued")
)
_void_earlier = (
    update(MailToken)
    .values(used_at=func.now())
    .where(
        _unused,
        col(MailToken.purpose) == bindparam("purpose"),
        col(MailToken.token_hash) != _token_hash,
        select(_issued.c.token_hash).exists(),
    )
    .returning(col(MailToken.token_hash))
    .cte("void_earlier")
)
_ISSUE = prepare(select(_issued.c.token_hash).add_cte(_void_earlier), into=bytes)

_REQUEST_RESET = prepare(
    have_sent(literal("reset"), select(col(Account.id)).scalar_subquery()), into=int, by=EmailClaim
)
_REQUEST_VERIFICATION = prepare(
    have_sent(
        literal("verify"),
        col(Account.id),
        col(Account.email).is_not(None),
        col(Account.email_verified_at).is_(None),
    ),
    into=int,
)


_presented = bindparam("presented", type_=LargeBinary)


def _with_access_ended(
    change: Update, which: ColumnElement[bool], *tokens: ColumnElement[bool]
) -> Statement[Principal, UUID]:
    """Change the account and, if that was done, end its live sessions and make its reset tokens void."""
    changed = change.returning(col(Account.id)).cte("changed")
    voided = (
        update(MailToken)
        .values(used_at=func.now())
        .where(_unused, col(MailToken.purpose) == "reset", select(changed.c.id).exists(), *tokens)
        .returning(col(MailToken.token_hash))
        .cte("voided")
    )
    ended = (
        update(LogInSession)
        .values(ended_at=func.now(), end_reason="password")
        .where(col(LogInSession.ended_at).is_(None), select(changed.c.id).exists(), which)
        .returning(col(LogInSession.id))
        .cte("ended")
    )
    return prepare(select(changed.c.id).add_cte(ended, voided), into=UUID)


_used = (
    update(MailToken)
    .values(used_at=func.now())
    .where(
        _unused,
        col(MailToken.token_hash) == _presented,
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

_RESET = _with_access_ended(
    update(Account)
    .values(password_hash=bindparam("password_hash"), email_verified_at=_verified_at)
    .where(select(_used.c.token_hash).exists()),
    true(),
    col(MailToken.token_hash) != _presented,
)

_PASSWORD = prepare(select(col(Account.password_hash)), into=str)

# A statement ends the sessions that were there when it began. So it begins when no log-in is under way.
_LOCK = prepare(select(col(Account.id)).with_for_update(key_share=True), into=UUID)

# The hash that was verified must still be the one: of two changes at once the second knows a password of old.
_CHANGE = _with_access_ended(
    update(Account)
    .values(password_hash=bindparam("password_hash"))
    .where(col(Account.password_hash) == bindparam("verified")),
    col(LogInSession.id).is_distinct_from(bindparam("current")),
)


async def owner_of(session: Session[TokenClaim]) -> UUID | None:
    """Find whose mailed token is claimed; None if there is no such token."""
    return await session.first(_OWNER)


async def request_reset(session: Session[EmailClaim]) -> None:
    """Have a token mailed to the claimed address, if it has an account."""
    await session.run(_REQUEST_RESET)


async def request_verification(session: Session[Principal]) -> None:
    """Have a token mailed to the principal, if there is an address to verify."""
    await session.run(_REQUEST_VERIFICATION)


async def issue(
    session: Session[Principal], purpose: Purpose, *, token_hash: bytes, expires_at: datetime
) -> bool:
    """Keep a token, and make the earlier ones of this purpose void. One that is kept lives on.

    Returns:
        Whether it is good: it may have been used since it was kept, or made void by a later one.
    """
    found = await session.first(_ISSUE, purpose=purpose, token_hash=token_hash, expires_at=expires_at)
    return found is not None


async def verify(session: Session[Principal], presented: bytes) -> bool:
    """Use a token to verify the address; tell whether it was good."""
    return await session.first(_VERIFY, presented=presented, purpose="verify") is not None


async def reset(unit: Transaction[Principal], presented: bytes, password_hash: str) -> bool:
    """Use a token to set the password, verify the address and end all sessions; tell whether it was good."""
    unit.ahead(_LOCK)
    return bool(await unit.run(_RESET, presented=presented, purpose="reset", password_hash=password_hash))


async def password_hash(session: Session[Principal]) -> str | None:
    """Read the hash of the principal's password, if there is one."""
    return await session.first(_PASSWORD)


async def change_password(
    unit: Transaction[Principal], password_hash: str, *, verified: str, current: UUID | None
) -> bool:
    """Set the password and end all other sessions; tell whether the verified hash still held."""
    unit.ahead(_LOCK)
    return bool(await unit.run(_CHANGE, password_hash=password_hash, verified=verified, current=current))
