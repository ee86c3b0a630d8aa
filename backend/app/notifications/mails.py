"""
[Task]: T-087
[From]: speckit.specify §4.9, speckit.plan §5.5
[Description]: What a digest says.
"""

from collections.abc import Sequence

from app.core.mail import Mail
from app.notifications.schemas import Unmailed

LISTED = 20


def digest(to: str, unread: Sequence[Unmailed], app_url: str | None, unsubscribe: str | None) -> Mail:
    """Tell somebody what they have not read.

    Args:
        to: Their address.
        unread: At least one, newest first; beyond `LISTED` they are only said to be there.
        app_url: Where to read them, if there is such a place.
        unsubscribe: Where one click ends digests, if there is such a place.
    """
    more = len(unread) > LISTED
    count = f"More than {LISTED}" if more else str(len(unread))
    noun = "notification" if len(unread) == 1 else "notifications"
    lines = [f"- {' '.join(each.title.split())}" for each in unread[:LISTED]]
    return Mail(
        to,
        f"{count} unread {noun}",
        f"{count} unread {noun}, newest first:\n\n"
        + "\n".join([*lines, "- and more"] if more else lines)
        + (f"\n\nRead them: {app_url.rstrip('/')}/notifications\n" if app_url else "\n")
        + "\nThis mail comes at most once a day. Your preferences say which kinds it lists.\n",
        id=f"digest.{unread[0].id}",
        unsubscribe=unsubscribe,
    )
