"""
[Task]: T-088
[From]: speckit.specify §4.10, §6.6
[Description]: Which notifications are past their time, and which places of streams.
"""

from datetime import timedelta

from sqlalchemy import func, literal, or_
from sqlmodel import col

from app.core.retention import prepare_sweep, sweeping
from app.notifications.models import Notification
from app.notifications.places import LiveStream

READ_FOR, UNREAD_FOR = timedelta(days=90), timedelta(days=365)

sweep = sweeping(
    "notifications",
    prepare_sweep(
        Notification,
        col(Notification.created_at) < func.now() - literal(READ_FOR),
        or_(
            col(Notification.read_at).is_not(None),
            col(Notification.created_at) < func.now() - literal(UNREAD_FOR),
        ),
    ),
    prepare_sweep(LiveStream, col(LiveStream.expires_at) < func.now()),
)
