"""
[Task]: T-088
[From]: speckit.specify §6.6
[Description]: What of an account's tokens and sessions is past its time.
"""

from datetime import timedelta

from sqlalchemy import func, literal, select
from sqlmodel import col

from app.accounts.models import LogInSession, MailToken, RefreshToken
from app.core.retention import prepare_sweep, sweeping

# A refresh token that is just being exchanged, and the session of the one that comes of it, are out of reach.
MARGIN = timedelta(hours=1)

_has_token = select(RefreshToken).where(col(RefreshToken.session_id) == col(LogInSession.id)).exists()

sweep = sweeping(
    "tokens and sessions",
    prepare_sweep(MailToken, col(MailToken.expires_at) < func.now()),
    prepare_sweep(RefreshToken, col(RefreshToken.expires_at) < func.now() - literal(MARGIN)),
    prepare_sweep(LogInSession, ~_has_token, col(LogInSession.created_at) < func.now() - literal(MARGIN)),
)
