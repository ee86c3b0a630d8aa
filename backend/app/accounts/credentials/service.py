"""
[Task]: T-106
[From]: speckit.specify §2.6, speckit.plan §3.4, §5.1
[Description]: Decides who is sent a token, and what a token proves.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.accounts.credentials import mails, repository
from app.accounts.credentials.repository import Purpose
from app.accounts.credentials.schemas import MailToken
from app.accounts.schemas import Account
from app.core.asker import Principal, TokenClaim
from app.core.opaque import digest_of, new_token
from app.core.problems import INVALID_TOKEN, ProblemError
from app.core.runtime import Runtime

LIFE: dict[Purpose, timedelta] = {"verify": timedelta(hours=24), "reset": timedelta(hours=1)}


async def after_registration(running: Runtime, email: str, new_account: UUID | None) -> None:
    """Mail the address a token if it is new, else that it has an account already."""
    if new_account is None:
        await running.mailer.send(mails.already_registered(email))
    else:
        await _send_verification(running, new_account, email)


def resend_verification(running: Runtime, account: Account) -> None:
    """Mail another token, unless there is nothing to verify."""
    if account.email and not account.email_verified:
        running.background.start(_send_verification(running, account.id, account.email))


async def verify_email(running: Runtime, request: MailToken) -> None:
    """Verify the address that a token was mailed to.

    Three round trips: the try is counted by itself, and whose token it is must be known before anything of
    theirs may change.

    Raises:
        ProblemError: The token is unknown, used, void or expired.
    """
    presented = digest_of(request.token.get_secret_value())
    owner = await repository.owner_of(running.database.acting_as(TokenClaim(presented)))
    if owner is None or not await repository.verify(running.database.acting_as(Principal(owner)), presented):
        raise ProblemError(INVALID_TOKEN)


async def _send_verification(running: Runtime, account_id: UUID, email: str) -> None:
    token = await _issue(running, account_id, "verify")
    await running.mailer.send(mails.verification(email, token, running.settings.app_url))


async def _issue(running: Runtime, account_id: UUID, purpose: Purpose) -> str:
    token = new_token()
    session = running.database.acting_as(Principal(account_id))
    expires_at = datetime.now(UTC) + LIFE[purpose]
    await repository.issue(session, purpose, token_hash=token.digest, expires_at=expires_at)
    return token.text
