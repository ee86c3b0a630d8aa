"""
[Task]: T-102, T-103, T-104, T-109, T-110
[From]: speckit.specify §2.2, §2.3, §2.4, §2.8, §2.9, speckit.plan §3.3
[Description]: The statements on sessions and refresh tokens.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import col

from app.accounts import schemas
from app.accounts.models import Account, LogInSession, RefreshToken
from app.core.asker import Principal, TokenClaim
from app.core.database import Session
from app.core.statement import Statement, prepare

# For how long a client that lost the answer may send a spent refresh token again.
RETRY_WINDOW = timedelta(seconds=10)


class Known(NamedTuple):
    """Whose a refresh token is, and of which session."""

    owner_id: UUID
    session_id: UUID


def _add_refresh_token(session_id: ColumnElement[UUID]) -> ReturningInsert[tuple[UUID]]:
    """Add a refresh token to the session that a part of the same statement yields."""
    values = select(
        session_id,
        bindparam("token_hash", type_=LargeBinary),
        bindparam("expires_at", type_=DateTime(timezone=True)),
    )
    token = insert(RefreshToken).from_select(["session_id", "token_hash", "expires_at"], values)
    return token.returning(col(RefreshToken.session_id))


# The hash that was verified must still be the one. The lock has a change of it wait, or waits for it: else a
# session begun with the old password would outlive the change, which ends those that it sees.
_by_password = (
    select(bindparam("user_agent", type_=Text))
    .where(col(Account.password_hash) == bindparam("verified"))
    .with_for_update(read=True)
)
_new_session = (
    insert(LogInSession)
    .from_select(["user_agent"], _by_password)
    .returning(col(LogInSession.id))
    .cte("new_session")
)
# Of those that were there before: the living come before the dead, and then whatever happened last.
MOST_SESSIONS = 100
_has_ended = col(LogInSession.ended_at).is_not(None)
_last_seen = func.coalesce(col(LogInSession.ended_at), col(LogInSession.last_used_at))
_too_many = select(col(LogInSession.id)).order_by(_has_ended, _last_seen.desc()).offset(MOST_SESSIONS - 1)
_removed = (
    delete(LogInSession)
    .where(col(LogInSession.id).in_(_too_many), select(_new_session.c.id).exists())
    .returning(col(LogInSession.id))
    .cte("removed")
)
_BEGIN_SESSION = prepare(_add_refresh_token(_new_session.c.id).add_cte(_removed), into=UUID)

_REFRESH_TOKEN = prepare(
    select(col(RefreshToken.owner_id), col(RefreshToken.session_id)), into=Known, by=TokenClaim
)

_presented = col(RefreshToken.token_hash) == bindparam("presented", type_=LargeBinary)
_presented_session = select(col(RefreshToken.session_id)).where(_presented)
_of_presented = col(LogInSession.id).in_(_presented_session)
_is_live = col(LogInSession.ended_at).is_(None)
_can_be_refreshed = (
    select(RefreshToken)
    .where(col(RefreshToken.session_id) == col(LogInSession.id), col(RefreshToken.expires_at) > func.now())
    .exists()
)

# The session's row comes first, and its lock makes concurrent uses take turns: each then sees the token as
# the one before has left it, and none gets past the end of the session.
_locked_session = (
    select(col(LogInSession.id)).where(_is_live, _of_presented).with_for_update(key_share=True).cte("locked")
)
_spent = (
    update(RefreshToken)
    .values(spent_at=func.coalesce(col(RefreshToken.spent_at), func.now()))
    .where(
        _presented,
        col(RefreshToken.session_id) == _locked_session.c.id,
        col(RefreshToken.expires_at) > func.now(),
        or_(col(RefreshToken.spent_at).is_(None), col(RefreshToken.spent_at) > func.now() - RETRY_WINDOW),
    )
    .returning(col(RefreshToken.session_id))
    .cte("spent")
)
_used_session = (
    update(LogInSession)
    .values(last_used_at=func.now())
    .where(col(LogInSession.id).in_(select(_spent.c.session_id)))
    .returning(col(LogInSession.id))
    .cte("used_session")
)
_ROTATE = prepare(_add_refresh_token(_used_session.c.id), into=UUID)


def _end_sessions(reason: str, *which: ColumnElement[bool]) -> Statement[Principal, UUID]:
    ended = update(LogInSession).values(ended_at=func.now(), end_reason=reason).where(_is_live, *which)
    return prepare(ended.returning(col(LogInSession.id)), into=UUID)


_of_reused = col(LogInSession.id).in_(
    _presented_session.where(col(RefreshToken.spent_at) <= func.now() - RETRY_WINDOW)
)
_END_REUSED = _end_sessions("reuse", _of_reused)
_END_PRESENTED = _end_sessions("logout", _of_presented)
_END_ALL = _end_sessions("everywhere")
_END_ONE = _end_sessions("revoked", _can_be_refreshed, col(LogInSession.id) == bindparam("session_id"))

_session = (
    col(LogInSession.id),
    col(LogInSession.user_agent),
    col(LogInSession.created_at),
    col(LogInSession.last_used_at),
    col(LogInSession.id).is_not_distinct_from(bindparam("current")).label("current"),
)
_newest_first = (col(LogInSession.created_at).desc(), col(LogInSession.id))
_LIVE_SESSIONS = prepare(
    select(*_session).where(_is_live, _can_be_refreshed).order_by(*_newest_first), into=schemas.Session
)
_KEPT_SESSIONS = prepare(
    select(*_session, col(LogInSession.ended_at), col(LogInSession.end_reason)).order_by(*_newest_first),
    into=schemas.KeptSession,
)


async def begin_session(
    session: Session[Principal],
    *,
    verified: str,
    user_agent: str | None,
    token_hash: bytes,
    expires_at: datetime,
) -> UUID | None:
    """Add a session together with its first refresh token, and delete what is beyond `MOST_SESSIONS`.

    Returns:
        Its id; None if the verified hash is no longer the account's.
    """
    return await session.first(
        _BEGIN_SESSION,
        verified=verified,
        user_agent=user_agent,
        token_hash=token_hash,
        expires_at=expires_at,
    )


async def refresh_token(session: Session[TokenClaim]) -> Known | None:
    """Find whose refresh token is claimed; None if there is no such token."""
    return await session.first(_REFRESH_TOKEN)


async def rotate(
    session: Session[Principal], presented: bytes, *, token_hash: bytes, expires_at: datetime
) -> UUID | None:
    """Spend a refresh token for the next one, or for another one within the retry window.

    Returns:
        The session; None if the token may not be spent, and nothing is changed.
    """
    return await session.first(_ROTATE, presented=presented, token_hash=token_hash, expires_at=expires_at)


async def end_reused(session: Session[Principal], presented: bytes) -> UUID | None:
    """End the live session of a refresh token that was spent before the retry window.

    Returns:
        The session; None if the token is not such a one.
    """
    return await session.first(_END_REUSED, presented=presented)


async def end_presented(session: Session[Principal], presented: bytes) -> bool:
    """End the live session of a refresh token; tell whether it had one."""
    return await session.first(_END_PRESENTED, presented=presented) is not None


async def end_all(session: Session[Principal]) -> None:
    """End all live sessions."""
    await session.run(_END_ALL)


async def end_one(session: Session[Principal], session_id: UUID) -> bool:
    """End one live session; tell whether there was such a one."""
    return await session.first(_END_ONE, session_id=session_id) is not None


async def live_sessions(session: Session[Principal], current: UUID | None) -> list[schemas.Session]:
    """List the live sessions, newest first, and which of them is the current one, if any is."""
    return await session.run(_LIVE_SESSIONS, current=current)


async def kept_sessions(session: Session[Principal], current: UUID | None) -> list[schemas.KeptSession]:
    """List the live sessions, and those that have ended and are still kept."""
    return await session.run(_KEPT_SESSIONS, current=current)
