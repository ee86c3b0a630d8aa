"""
[Task]: T-089
[From]: speckit.specify §2.6, §2.7, §2.13, speckit.plan §3.4, §5.4
[Description]: Sends a mail about an account, once it is its turn in the queue.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.accounts import repository as accounts
from app.accounts.credentials import mails, repository
from app.accounts.credentials.outbox import Subject
from app.accounts.credentials.repository import Purpose
from app.core.asker import Principal
from app.core.database import Session
from app.core.mail import Mail, Mailer
from app.core.opaque import derived_token

LIFE: dict[Purpose, timedelta] = {"verify": timedelta(hours=24), "reset": timedelta(hours=1)}


class Post(NamedTuple):
    """What mails about accounts are made with."""

    mailer: Mailer
    secret: bytes
    """Which tokens are derived from."""
    app_url: str | None


async def send(session: Session[Principal], subject: Subject, mail_id: UUID, post: Post) -> None:
    """Send the principal a mail, if there is still cause for it. Done again, it sends the same.

    Raises:
        SMTPException, ValueError, MessageError: See `Mailer.send`.
    """
    account = await accounts.account(session)
    if account is None or account.email is None or (subject == "verify" and account.email_verified):
        return
    mail = await _write(session, account.email, subject, mail_id, post)
    if mail is not None:
        await post.mailer.send(mail._replace(id=f"{subject}.{mail_id}"))


async def _write(
    session: Session[Principal], email: str, subject: Subject, mail_id: UUID, post: Post
) -> Mail | None:
    """Write a mail; None if its token was used meanwhile, or made void by a later one."""
    if subject == "registered":
        return mails.already_registered(email)
    token = derived_token(post.secret, f"{subject} {mail_id}")
    expires_at = datetime.now(UTC) + LIFE[subject]
    if not await repository.issue(session, subject, token_hash=token.digest, expires_at=expires_at):
        return None
    write = mails.verification if subject == "verify" else mails.reset
    return write(email, token.text, post.app_url)
