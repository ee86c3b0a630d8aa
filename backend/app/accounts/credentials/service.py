"""
[Task]: T-106, T-107
[From]: speckit.specify §2.6, §2.7, speckit.plan §3.4, §5.1
[Description]: Decides who is sent a token, and what a token proves.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.accounts import repository as accounts
from app.accounts.credentials import mails, repository
from app.accounts.credentials.repository import Purpose
from app.accounts.credentials.schemas import EmailOnly, MailToken, PasswordChange, PasswordReset
from app.accounts.schemas import Account
from app.core.asker import EmailClaim, Principal, TokenClaim
from app.core.database import Session
from app.core.notice import Notice
from app.core.opaque import digest_of, new_token
from app.core.problems import INVALID_TOKEN, WRONG_PASSWORD, ProblemError
from app.core.runtime import Runtime
from app.core.tokens import Claims

LIFE: dict[Purpose, timedelta] = {"verify": timedelta(hours=24), "reset": timedelta(hours=1)}

PASSWORD_CHANGED = Notice(
    kind="security",
    title="Your password was changed",
    body="If it was not you, reset it at once: that ends all sessions.",
)


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


async def change_password(
    running: Runtime, session: Session[Principal], caller: Claims, request: PasswordChange
) -> None:
    """Set the caller's password, and tell them.

    Five round trips: the try is counted whatever becomes of it, the current password must be verified before
    anything changes, and the change, the notification and their commit are one unit of work.

    Raises:
        ProblemError: The current password is wrong, or the account has none.
    """
    kept = await repository.password_hash(session)
    verdict = await running.passwords.verify(request.current_password.get_secret_value(), kept)
    if kept is None or not verdict.fits:
        raise ProblemError(WRONG_PASSWORD)
    password_hash = await running.passwords.hash(request.new_password.get_secret_value())
    async with session.transaction() as unit:
        if not await repository.change_password(
            unit, password_hash, verified=kept, current=caller.session_id
        ):
            raise ProblemError(WRONG_PASSWORD)
        await running.make_notification(unit, PASSWORD_CHANGED)


def forgot_password(running: Runtime, request: EmailOnly) -> None:
    """Mail a token to the address, if it has an account. All that differs happens in the background."""
    running.background.start(_send_reset(running, request.email))


async def reset_password(running: Runtime, request: PasswordReset) -> None:
    """Set a new password, and tell the owner.

    Five round trips: the try is counted by itself, whose token it is must be known before anything of theirs
    may change, and the change, the notification and their commit are one unit of work.

    Raises:
        ProblemError: The token is unknown, used, void or expired.
    """
    presented = digest_of(request.token.get_secret_value())
    owner = await repository.owner_of(running.database.acting_as(TokenClaim(presented)))
    if owner is None:
        raise ProblemError(INVALID_TOKEN)
    password_hash = await running.passwords.hash(request.new_password.get_secret_value())
    async with running.database.acting_as(Principal(owner)).transaction() as unit:
        if not await repository.reset(unit, presented, password_hash):
            raise ProblemError(INVALID_TOKEN)
        await running.make_notification(unit, PASSWORD_CHANGED)


async def _send_reset(running: Runtime, email: str) -> None:
    known = await accounts.credentials(running.database.acting_as(EmailClaim(email)))
    if known is not None:
        token = await _issue(running, known.id, "reset")
        await running.mailer.send(mails.reset(email, token, running.settings.app_url))


async def _send_verification(running: Runtime, account_id: UUID, email: str) -> None:
    token = await _issue(running, account_id, "verify")
    await running.mailer.send(mails.verification(email, token, running.settings.app_url))


async def _issue(running: Runtime, account_id: UUID, purpose: Purpose) -> str:
    token = new_token()
    session = running.database.acting_as(Principal(account_id))
    expires_at = datetime.now(UTC) + LIFE[purpose]
    await repository.issue(session, purpose, token_hash=token.digest, expires_at=expires_at)
    return token.text
