"""
[Task]: T-087
[From]: speckit.specify §4.6, §4.9, speckit.plan §5.5
[Description]: Decides whether an account gets a digest, and of what.
"""

from collections.abc import Awaitable, Callable

import structlog

from app.core.asker import Principal
from app.core.database import Session
from app.core.mail import Mailer
from app.core.upkeep import repository as upkeep
from app.notifications import repository
from app.notifications.mails import LISTED, digest
from app.notifications.preferences.service import ALWAYS_ON, preferences
from app.notifications.preferences.unsubscribing import LinkOf, Subscription

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.digests")

AddressOf = Callable[[Session[Principal]], Awaitable[str | None]]
"""Find the principal's verified address; None if there is none."""


async def send_digest(
    session: Session[Principal],
    *,
    mailer: Mailer,
    address_of: AddressOf,
    app_url: str | None,
    link_of: LinkOf,
) -> None:
    """Mail the principal what is unread and not yet mailed, if there is anything and they want it.

    What was mailed is kept once the mail server has taken it: a process that ends just in between sends it
    again, under the same Message-ID.

    Raises:
        SMTPException, ValueError, MessageError: See `Mailer.send`.
    """
    address, state = await address_of(session), await upkeep.mailed(session)
    if address is None or state is None:
        return
    chosen = (await preferences(session)).items
    kinds = [each.kind for each in chosen if each.channel == "email" and each.enabled]
    unread = await repository.unmailed(session, kinds, after=state.mailed_up_to, limit=LISTED + 1)
    if not unread:
        return
    subscription = Subscription(state.owner_id, state.resubscriptions)
    link = link_of(subscription) if set(kinds) - {ALWAYS_ON[0]} else None
    await mailer.send(digest(address, unread, app_url, link))
    await upkeep.set_mailed(session, unread[0].created_at)
    logger.info("digest sent", notifications=len(unread))
