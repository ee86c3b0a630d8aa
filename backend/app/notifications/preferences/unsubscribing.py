"""
[Task]: T-087
[From]: speckit.specify §4.6, §4.9, speckit.plan §5.5
[Description]: The link by which a digest is unsubscribed from, and what it does.
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from app.core.asker import Principal
from app.core.keys import SigningKey
from app.core.opaque import derived_token
from app.core.problems import INVALID_TOKEN, ProblemError
from app.core.rate_limits import Limit, take
from app.core.runtime import Runtime
from app.notifications.preferences.service import switch_mail_off

PATH = "/v1/notifications/unsubscribe"
PURPOSE = "unsubscribing from digests"
LIFE = timedelta(days=60)
UNSUBSCRIPTIONS = Limit("unsubscription", 20)


class Subscription(NamedTuple):
    """Whose digests, and how often mail was switched on again after they were unsubscribed from."""

    account_id: UUID
    resubscriptions: int


LinkOf = Callable[[Subscription], str | None]
"""Make the link for the digest of today; None if there is no address that it could lead to."""


def links_below(issuer: str, key: SigningKey) -> LinkOf:
    """Make the links of digests; none where the service has no public https address (RFC 8058 §3.1).

    Args:
        issuer: The address of the service.
        key: The newest one.
    """

    def link_of(subscription: Subscription) -> str | None:
        if not issuer.startswith("https://"):
            return None
        return f"{issuer.rstrip('/')}{PATH}?token={write_token(key, subscription, _today())}"

    return link_of


def write_token(key: SigningKey, subscription: Subscription, issued: date) -> str:
    """Write the token of an account: it allows to switch digests off, and nothing else.

    It counts in days, so that a digest that is sent again is the same mail.
    """
    name = f"{subscription.account_id.hex}.{(issued + LIFE).toordinal()}"
    if subscription.resubscriptions:  # none, as in the tokens of before these were counted
        name += f".{subscription.resubscriptions}"
    return f"{name}.{_seal(key, name)}"


def read_token(keys: Sequence[SigningKey], token: str, today: date) -> Subscription | None:
    """Give what it is for; None if no key of ours has sealed it, or it is past its time."""
    name, _, seal = token.rpartition(".")
    if not any(hmac.compare_digest(seal.encode(), _seal(key, name).encode()) for key in keys):
        return None
    account_id, last_day, *count = name.split(".")
    if today.toordinal() > int(last_day):
        return None
    return Subscription(UUID(account_id), int(count[0]) if count else 0)


async def unsubscribe(running: Runtime, token: str) -> None:
    """Switch off all digests of the account that a token is for, save what must stay on.

    Two round trips: the try is counted by itself.

    Raises:
        ProblemError: The token is not valid, or not any more; or there were too many tries.
    """
    subscription = read_token(running.keys, token, _today())
    if subscription is None:
        raise ProblemError(INVALID_TOKEN)
    await take(running.database, UNSUBSCRIPTIONS.bucket_of(str(subscription.account_id)))
    session = running.database.acting_as(Principal(subscription.account_id))
    try:
        done = await switch_mail_off(session, resubscriptions=subscription.resubscriptions)
    except ForeignKeyViolation:  # the account goes at this very moment
        done = False
    if not done:
        raise ProblemError(INVALID_TOKEN)


def _seal(key: SigningKey, name: str) -> str:
    return derived_token(key.secret_for(PURPOSE), name).text


def _today() -> date:
    return datetime.now(UTC).date()
