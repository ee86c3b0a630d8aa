"""
[Task]: T-087, T-088, T-089
[From]: speckit.specify §4.9, §4.10, §2.13, §6.6, speckit.plan §5.2, §5.3, §5.4, §5.5
[Description]: What the jobs of the queue are, and which come by the clock.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Never
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from app.accounts import retention as tokens
from app.accounts.credentials.delivery import Post, send
from app.accounts.credentials.outbox import SEND, Subject
from app.accounts.repository import account as account_of
from app.core import queue, rate_limits
from app.core.asker import Principal
from app.core.database import Database, Session
from app.core.idempotency import retention as idempotency_keys
from app.core.keys import SigningKey
from app.core.mail import Mailer
from app.core.settings import Settings
from app.core.upkeep.service import look_after, queue_due
from app.notifications import retention as notifications
from app.notifications.digests import send_digest
from app.notifications.preferences.unsubscribing import links_below

logger = logging.getLogger(__name__)

Enqueue = Callable[[UUID], Awaitable[None]]

FIRST = 2  # the priority of what keeps the rest going
AGAIN_SECONDS = 5.0
LOOK_SECONDS = 45.0  # for who is due; the next job to look comes a minute after this one


def post_of(settings: Settings, keys: Sequence[SigningKey], mailer: Mailer) -> Post:
    """Put together what mails about accounts are made with."""
    return Post(mailer, keys[0].secret_for("mail tokens"), settings.app_url)


def add_account_mails(jobs: App, database: Database, post: Post) -> None:
    """Say how a mail about an account is sent."""

    @jobs.task(name=SEND, retry=queue.RETRY)
    async def send_account_mail(subject: Subject, account_id: str, mail_id: str) -> None:
        await send(database.acting_as(Principal(UUID(account_id))), subject, UUID(mail_id), post)


async def verified_address(session: Session[Principal]) -> str | None:
    """Find where the principal may be mailed; None if their address is not verified, or they have none."""
    account = await account_of(session)
    return account.email if account and account.email_verified else None


def add_upkeep(
    jobs: App, database: Database, settings: Settings, keys: Sequence[SigningKey], mailer: Mailer
) -> Enqueue:
    """Say how accounts are looked after, and what else comes by the clock.

    Returns:
        What puts an account into the queue.
    """
    chores = (
        partial(tokens.forget_unverified, days=settings.unverified_account_days),
        notifications.sweep,
        tokens.sweep,
        idempotency_keys.sweep,
        partial(
            send_digest,
            mailer=mailer,
            address_of=verified_address,
            app_url=settings.app_url,
            link_of=links_below(settings.issuer, keys[0]),
        ),
    )

    @jobs.task(name="look_after", retry=queue.RETRY)
    async def look_after_account(account_id: str) -> None:
        await look_after(database, UUID(account_id), chores)

    async def enqueue(account_id: UUID) -> None:
        # The lock lets one job at a time look after an account.
        job = look_after_account.configure(lock=str(account_id))
        await job.defer_async(account_id=str(account_id))

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="queue_due", priority=FIRST)
    async def queue_due_accounts(timestamp: int) -> None:  # noqa: ARG001 -- every periodic task is given it
        await queue_due(database, enqueue, seconds=LOOK_SECONDS)

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="recover", priority=FIRST)
    async def recover(timestamp: int) -> None:  # noqa: ARG001 -- as above
        await queue.recover(jobs)

    @jobs.periodic(cron="7 * * * *")
    @jobs.task(name="clear", priority=FIRST)
    async def clear_hourly(timestamp: int) -> None:  # noqa: ARG001 -- as above
        await clear(jobs, database)

    return enqueue


async def clear(jobs: App, database: Database) -> None:
    """Delete what is nobody's and past its time."""
    await rate_limits.sweep(database)
    await idempotency_keys.sweep_sealed(database)
    await queue.forget(jobs)


@asynccontextmanager
async def done_beside(
    settings: Settings, database: Database, keys: Sequence[SigningKey], mailer: Mailer
) -> AsyncIterator[None]:
    """Do jobs meanwhile, in this process.

    Raises:
        StartError: The queue's tables are not to be found.
    """
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # we have a line of our own
    jobs = queue.make_queue(settings)
    add_account_mails(jobs, database, post_of(settings, keys, mailer))
    add_upkeep(jobs, database, settings, keys, mailer)
    async with jobs.open_async():
        await queue.check_queue(jobs)
        working = asyncio.create_task(_work(jobs, settings))
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait([working])


async def _work(jobs: App, settings: Settings) -> Never:
    """Do jobs until cancelled, whatever becomes of the database meanwhile."""
    while True:
        try:
            await queue.work(jobs, settings)
        except (ConnectorException, OperationalError) as error:
            logger.warning("the queue was lost: %s", type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)
