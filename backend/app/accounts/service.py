"""
[Task]: T-101, T-105, T-106, T-110, T-113, T-114, T-089
[From]: speckit.specify §2.1, §2.5, §2.6, §2.9, §2.10, §2.11, speckit.plan §3.2
[Description]: Decides who gets an account, and what becomes of it.
"""

import time
from collections.abc import AsyncIterator, Sequence

from pydantic_core import to_json

from app.accounts import repository
from app.accounts.credentials.repository import password_hash
from app.accounts.identities.repository import identities
from app.accounts.schemas import Account, AccountDeletion, Credentials
from app.accounts.sessions import repository as sessions
from app.core.asker import EmailClaim, Principal
from app.core.database import Session
from app.core.export import Part
from app.core.problems import UNAUTHENTICATED, WRONG_PASSWORD, ProblemError
from app.core.rate_limits import Limit, take
from app.core.runtime import Runtime
from app.core.tokens import Claims

REGISTRATIONS = Limit("registration", 20)
MAILS = Limit("mail", 5)
OWN_PASSWORD = Limit("own password", 10)

RECENT_SECONDS = 300
NOT_RECENT = {  # RFC 9470 §3
    "WWW-Authenticate": f'Bearer error="insufficient_user_authentication", max_age="{RECENT_SECONDS}"'
}


async def register(running: Runtime, credentials: Credentials, network: str) -> None:
    """Register an address. A known one costs the same and stays as it is.

    Two round trips: the try is counted by itself. What is mailed is queued along with the account.

    Raises:
        ProblemError: There were too many tries, from that network or for that address.
    """
    mailed = MAILS.bucket_of(credentials.email)
    await take(running.database, REGISTRATIONS.bucket_of(network), mailed)
    hashed = await running.passwords.hash(credentials.password.get_secret_value())
    claimant = running.database.acting_as(EmailClaim(credentials.email))
    await repository.add(claimant, hashed)


async def read_account(session: Session[Principal]) -> Account:
    """Read the caller's account.

    Raises:
        ProblemError: It has been deleted since the token was issued.
    """
    account = await repository.account(session)
    if account is None:
        raise ProblemError(UNAUTHENTICATED)
    return account


async def delete_account(running: Runtime, session: Session[Principal], request: AccountDeletion) -> None:
    """Delete the caller's account with all it owns.

    Three round trips: the try is counted by itself, and the password must be verified before anything is
    deleted.

    Raises:
        ProblemError: The password is wrong or missing.
    """
    if request.password is None:
        raise ProblemError(WRONG_PASSWORD)
    kept = await password_hash(session)
    verdict = await running.passwords.verify(request.password.get_secret_value(), kept)
    if kept is None or not verdict.fits or not await repository.delete_account(session, verified=kept):
        raise ProblemError(WRONG_PASSWORD)


async def delete_external_account(session: Session[Principal], authenticated_at: int) -> None:
    """Delete the caller's account of an external issuer with all it owns.

    Args:
        session: The caller's.
        authenticated_at: When the issuer last saw who the caller is; seconds since the epoch.

    Raises:
        ProblemError: That is too long ago, or the account has been deleted since.
    """
    if time.time() - authenticated_at > RECENT_SECONDS:
        raise ProblemError(UNAUTHENTICATED, NOT_RECENT)
    if not await repository.delete_external_account(session):
        raise ProblemError(UNAUTHENTICATED)


async def export(session: Session[Principal], caller: Claims, parts: Sequence[Part]) -> AsyncIterator[bytes]:
    """Read all that is kept about the caller, as JSON; secrets are in no part of it.

    As many round trips as there are parts and pages of them: they are read one after the other.

    Returns:
        The document, piece by piece; what is not the parts' has been read.

    Raises:
        ProblemError: The account has been deleted since the token was issued.
    """
    account = await read_account(session)
    known_as = await identities(session)
    kept = await sessions.kept_sessions(session, caller.session_id)
    own = {"account": account, "identities": known_as, "sessions": kept}

    async def pieces() -> AsyncIterator[bytes]:
        yield to_json(own)[:-1]
        for part in parts:
            yield b',"%b":' % part.name.encode()
            async for piece in part.read(session, caller.user_id):
                yield piece
        yield b"}"

    return pieces()
