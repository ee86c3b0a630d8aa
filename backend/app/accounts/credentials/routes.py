"""
[Task]: T-106
[From]: speckit.specify §2.6, §2.10
[Description]: The routes of addresses and passwords.
"""

from fastapi import APIRouter, Depends

from app.accounts import service as accounts
from app.accounts.credentials import service
from app.accounts.credentials.schemas import MailToken
from app.accounts.schemas import Accepted
from app.core.limits import Limit, limited
from app.core.problems import INVALID_REQUEST, INVALID_TOKEN, TOO_MANY_REQUESTS, UNAUTHENTICATED, responses
from app.core.runtime import CallerSession, RuntimeDep

router = APIRouter(tags=["accounts"])

VERIFICATIONS = Limit("verification", 20)


@router.post(
    "/v1/auth/verify-email",
    status_code=204,
    dependencies=[Depends(limited(VERIFICATIONS))],
    name="verifyEmail",
    summary="Verify an e-mail address",
    response_description="Verified.",
    responses=responses(INVALID_TOKEN, INVALID_REQUEST, TOO_MANY_REQUESTS),
)
async def verify_email(request: MailToken, running: RuntimeDep) -> None:
    """Verify the address that a token was mailed to."""
    await service.verify_email(running, request)


@router.post(
    "/v1/auth/verify-email/resend",
    status_code=202,
    dependencies=[Depends(limited(VERIFICATIONS))],
    name="resendVerification",
    summary="Ask for another verification mail",
    response_description="Accepted.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST, TOO_MANY_REQUESTS),
)
async def resend_verification(session: CallerSession, running: RuntimeDep) -> Accepted:
    """Send the caller another token."""
    service.resend_verification(running, await accounts.read_account(session))
    return Accepted(status="accepted")
