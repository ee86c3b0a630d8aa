"""
[Task]: T-004, T-005, T-106, T-107, T-114, T-089
[From]: speckit.specify §2.6, §2.7, §2.10, §6.2
[Description]: The routes of addresses and passwords.
"""

from fastapi import Depends

from app.accounts import service as accounts
from app.accounts.credentials import service
from app.accounts.credentials.schemas import EmailOnly, MailToken, PasswordChange, PasswordReset
from app.accounts.schemas import Accepted
from app.core.idempotency.dependency import IdempotentSession
from app.core.idempotency.sealed import SealedRuntime
from app.core.problems import (
    IDEMPOTENCY_MISMATCH,
    INVALID_REQUEST,
    INVALID_TOKEN,
    OF_A_BODY,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    WRONG_PASSWORD,
    responses,
)
from app.core.rate_limits import Limit, NetworkAddress, limited, limited_for_caller, take
from app.core.routing import slice_router
from app.core.runtime import Caller, RuntimeDep

router = slice_router("accounts")

VERIFICATIONS = Limit("verification", 20)


async def limited_mails(running: RuntimeDep, network: NetworkAddress, caller: Caller) -> None:
    """Limit the mails that one network address and one caller ask for."""
    mailed = accounts.MAILS.bucket_of(str(caller.user_id))
    await take(running.database, VERIFICATIONS.bucket_of(network), mailed)


@router.post(
    "/v1/auth/verify-email",
    status_code=204,
    dependencies=[Depends(limited(VERIFICATIONS))],
    name="verifyEmail",
    summary="Verify an e-mail address",
    response_description="Verified.",
    responses=responses(INVALID_TOKEN, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def verify_email(request: MailToken, running: SealedRuntime) -> None:
    """Verify the address that a token was mailed to."""
    await service.verify_email(running, request)


@router.post(
    "/v1/auth/verify-email/resend",
    status_code=202,
    dependencies=[Depends(limited_mails)],
    name="resendVerification",
    summary="Ask for another verification mail",
    response_description="Accepted.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def resend_verification(session: IdempotentSession) -> Accepted:
    """Send the caller another token."""
    await service.resend_verification(session)
    return Accepted(status="accepted")


@router.post(
    "/v1/auth/change-password",
    status_code=204,
    dependencies=[Depends(limited_for_caller(accounts.OWN_PASSWORD))],
    name="changePassword",
    summary="Change the password",
    response_description="Changed; all other sessions have ended.",
    responses=responses(UNAUTHENTICATED, WRONG_PASSWORD, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def change_password(
    request: PasswordChange, session: IdempotentSession, caller: Caller, running: RuntimeDep
) -> None:
    """Set the caller's password."""
    await service.change_password(running, session, caller, request)


@router.post(
    "/v1/auth/forgot-password",
    status_code=202,
    name="forgotPassword",
    summary="Ask for a password reset",
    response_description="Accepted, whether or not the address has an account.",
    responses=responses(*OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def forgot_password(request: EmailOnly, running: SealedRuntime, network: NetworkAddress) -> Accepted:
    """Send a token to an address, if it has an account."""
    await service.forgot_password(running, request, network)
    return Accepted(status="accepted")


@router.post(
    "/v1/auth/reset-password",
    status_code=204,
    dependencies=[Depends(limited(service.RESETS))],
    name="resetPassword",
    summary="Set a new password with a mailed token",
    response_description="Set; all sessions have ended.",
    responses=responses(INVALID_TOKEN, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def reset_password(request: PasswordReset, running: SealedRuntime) -> None:
    """Set a new password with a mailed token."""
    await service.reset_password(running, request)
