"""
[Task]: T-085
[From]: speckit.specify §4.1, §4.8
[Description]: Decides what a notification says.
"""

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Notice
from app.notifications import repository
from app.notifications.schemas import Notification

TEST = Notice(
    kind="product",
    title="This is a test",
    body="You asked for it. If you can read this, notifications reach you.",
)


async def send_test(session: Session[Principal]) -> Notification:
    """Make a test notification for the caller."""
    return await repository.make(session, TEST)
