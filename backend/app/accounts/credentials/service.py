"""
[Task]: T-106, T-107, T-114, T-089
[From]: speckit.specify §2.6, §2.7, §2.10, §2.13, speckit.plan §3.4, §5.4
[Description]: Decides who is sent a token, and what a token proves.
"""

from app.accounts.credentials import repository
from app.accounts.credentials.schemas import EmailOnly, MailToken, PasswordChange, PasswordReset
from app.accounts.service import MAILS, read_account
from app.core.asker import EmailClaim, Principal, TokenClaim
from app.core.database import Session
from app.core.notice import Notice
from app.core.opaque import digest_of
from app.core.problems import INVALID_TOKEN, WRONG_PASSWORD, ProblemError
from app.core.rate_limits import Limit, take
from app.core.runtime import Runtime
from app.core.tokens import Claims

RESETS = Limit("reset", 20)

PASSWORD_CHANGED = Notice(
    kind="security",
    title="Your password was changed",
    body="If this was not you, reset it at once: that ends all sessions.",
)


async def resend_verification(session: Session[Principal]) -> None:
    """Have another token mailed, unless there is nothing to verify.

    Three round trips: the try is counted by itself, and an account that is gone must be told from one that
    has nothing to verify.

    Raises:
        ProblemError: The account has been deleted since the token was issued.
    """
    await read_account(session)
    await repository.request_verification(session)


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


async def forgot_password(running: Runtime, request: EmailOnly, network: str) -> None:
    """Have a token mailed to the address, if it has an account. The same is written if it has none.

    Two round trips: the try is counted by itself.

    Raises:
        ProblemError: There were too many tries, from that network or for that address.
    """
    await take(running.database, RESETS.bucket_of(network), MAILS.bucket_of(request.email))
    await repository.request_reset(running.database.acting_as(EmailClaim(request.email)))


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
