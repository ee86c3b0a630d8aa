"""
[Task]: T-101, T-102, T-103, T-104, T-105, T-109, T-110, T-113, T-089
[From]: speckit.specify §2.1, §2.2, §2.5, §2.9, §2.11, §2.13, speckit.plan §3.2
[Description]: The statements on accounts.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts import schemas
from app.accounts.credentials.outbox import have_sent
from app.accounts.models import Account
from app.core.asker import EmailClaim, Principal
from app.core.database import Session
from app.core.statement import prepare


class Credentials(NamedTuple):
    """What log in needs of an account."""

    id: UUID
    password_hash: str


_added = (
    insert(Account)
    .values(password_hash=bindparam("password_hash"))
    .on_conflict_do_nothing(index_elements=["email"])
    .returning(col(Account.id))
    .cte("added")
)
_is_new = select(_added.c.id).exists()
_ADD = prepare(
    have_sent(
        case((_is_new, "verify"), else_="registered"),
        func.coalesce(select(_added.c.id).scalar_subquery(), select(col(Account.id)).scalar_subquery()),
    ),
    into=int,
    by=EmailClaim,
)

_CREDENTIALS = prepare(select(col(Account.id), col(Account.password_hash)), into=Credentials, by=EmailClaim)

_RENEW_PASSWORD = prepare(
    update(Account)
    .values(password_hash=bindparam("password_hash"))
    .where(col(Account.password_hash) == bindparam("verified"))
    .returning(col(Account.id)),
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

_DELETE = prepare(
    delete(Account).where(col(Account.password_hash) == bindparam("verified")).returning(col(Account.id)),
    into=UUID,
)
_DELETE_EXTERNAL = prepare(
    delete(Account).where(col(Account.password_hash).is_(None)).returning(col(Account.id)), into=UUID
)


async def add(session: Session[EmailClaim], password_hash: str) -> None:
    """Add the account of the claimed address, unless there is one, and have the address told either way."""
    await session.run(_ADD, password_hash=password_hash)


async def credentials(session: Session[EmailClaim]) -> Credentials | None:
    """Find what the claimed address logs in with."""
    return await session.first(_CREDENTIALS)


async def renew_password(session: Session[Principal], password_hash: str, *, verified: str) -> None:
    """Keep the same password under newer parameters, unless it has been changed since it was verified."""
    await session.run(_RENEW_PASSWORD, password_hash=password_hash, verified=verified)


async def account(session: Session[Principal]) -> schemas.Account | None:
    """Read the principal's account; None if it has been deleted since the token was issued."""
    return await session.first(_ACCOUNT)


async def delete_account(session: Session[Principal], *, verified: str) -> bool:
    """Delete the account and, by cascade, all it owns; tell whether the verified hash still held."""
    return await session.first(_DELETE, verified=verified) is not None


async def delete_external_account(session: Session[Principal]) -> bool:
    """Delete an account without password and, by cascade, all it owns; tell whether it was there."""
    return await session.first(_DELETE_EXTERNAL) is not None
