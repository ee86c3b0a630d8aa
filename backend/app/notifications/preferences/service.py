"""
[Task]: T-083, T-087
[From]: speckit.specify §4.6, §4.9
[Description]: Decides which kinds are delivered by which channel.
"""

from itertools import product
from typing import get_args

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Kind
from app.core.problems import invalid
from app.notifications.preferences import repository
from app.notifications.preferences.schemas import Channel, Preference, Preferences

DEFAULTS = {
    (kind, channel): (kind, channel) != ("product", "email")
    for kind, channel in product(get_args(Kind), get_args(Channel))
}
ALWAYS_ON = ("security", "email")


async def preferences(session: Session[Principal]) -> Preferences:
    """Give the caller's preferences: what they chose, else the default."""
    chosen = {(choice.kind, choice.channel): choice.enabled for choice in await repository.chosen(session)}
    return Preferences(
        items=[
            Preference(kind=kind, channel=channel, enabled=enabled)
            for (kind, channel), enabled in {**DEFAULTS, **chosen}.items()
        ]
    )


async def prefer(session: Session[Principal], preference: Preference) -> None:
    """Set one preference; only what differs from the default is kept.

    Raises:
        RequestValidationError: It would switch off what must stay on.
    """
    place = (preference.kind, preference.channel)
    if place == ALWAYS_ON and not preference.enabled:
        raise invalid("body", "enabled", "Mail about security cannot be switched off.")
    if preference.enabled == DEFAULTS[place]:
        await repository.prefer_default(session, preference)
    else:
        await repository.prefer(session, preference)


async def switch_mail_off(session: Session[Principal], *, resubscriptions: int) -> bool:
    """Switch mail off for every kind for which it may be, unless it was switched on again meanwhile.

    Args:
        session: The principal's.
        resubscriptions: How often it had been switched on again when this was asked for.

    Returns:
        Whether that was done.
    """
    mailed = {kind: on for (kind, channel), on in DEFAULTS.items() if channel == "email"}
    del mailed[ALWAYS_ON[0]]
    return await repository.switch_mail_off(session, mailed, resubscriptions=resubscriptions)
