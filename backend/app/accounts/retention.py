"""
[Task]: T-088
[From]: speckit.specify §6.6
[Description]: What of an account's tokens and sessions is past its time, and which accounts are.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Interval, bindparam, delete, func, literal, select
from sqlmodel import col

from app.accounts.models import Account, LogInSession, MailToken, RefreshToken
from app.core.asker import Principal
from app.core.database import Session
from app.core.retention import prepare_sweep, sweeping
from app.core.statement import prepare

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.retention")

# A refresh token that is just being exchanged, and the session of the one that comes of it, are out of reach.
MARGIN = timedelta(hours=1)

_has_token = select(RefreshToken).where(col(RefreshToken.session_id) == col(LogInSession.id)).exists()

sweep = sweeping(
    "tokens and sessions",
    prepare_sweep(MailToken, col(MailToken.expires_at) < func.now()),
    prepare_sweep(RefreshToken, col(RefreshToken.expires_at) < func.now() - literal(MARGIN)),
    prepare_sweep(LogInSession, ~_has_token, col(LogInSession.created_at) < func.now() - literal(MARGIN)),
)

_FORGET = prepare(
    delete(Account)
    .where(
        col(Account.email).is_not(None),
        col(Account.email_verified_at).is_(None),
        col(Account.created_at) < func.now() - bindparam("kept", type_=Interval),
    )
    .returning(col(Account.id)),
    into=UUID,
)


async def forget_unverified(session: Session[Principal], *, days: int) -> None:
    """Delete the principal's account with all it owns, if its address was not verified in so many days.

    Args:
        session: The principal's.
        days: Since the registration; 0 to keep it.
    """
    if days and await session.run(_FORGET, kept=timedelta(days=days)):
        logger.info("deleted", what="unverified account", count=1)
