"""
[Task]: T-102, T-103, T-104, T-114
[From]: speckit.specify §2.2, §2.3, §2.4, §2.10, speckit.plan §3.1, §3.2, §3.3
[Description]: Decides who gets tokens: where a session begins, goes on and ends.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.accounts import repository as accounts
from app.accounts.schemas import LoginRequest, RefreshRequest, Tokens
from app.accounts.sessions import repository
from app.core.asker import EmailClaim, Principal, TokenClaim
from app.core.opaque import OpaqueToken, digest_of, new_token
from app.core.problems import INVALID_CREDENTIALS, ProblemError
from app.core.rate_limits import Limit, give_back, take
from app.core.runtime import Runtime

logger = logging.getLogger(__name__)

LOG_INS_FROM_NETWORK = Limit("log in from network", 100)
LOG_INS_FROM_NETWORK_TO_ADDRESS = Limit("log in from network to address", 10)
LOG_INS_TO_ADDRESS = Limit("log in to address", 100)
REFRESHES = Limit("refresh", 60)
UNKNOWN_TOKENS = Limit("unknown token", 20)
USER_AGENT_LENGTH = 200


class Client(NamedTuple):
    """Where a log-in comes from."""

    network: str
    user_agent: str | None


async def log_in(running: Runtime, request: LoginRequest, client: Client) -> Tokens:
    """Begin a session.

    Four round trips: the try is counted whatever becomes of it, the hash must be verified before a session
    may begin, and only a session that has begun clears the count. One more where a hash is renewed.

    Raises:
        ProblemError: Address and password do not fit. An unknown address costs a verification as well. Or
            there were too many failures, known address or not.
    """
    from_network = LOG_INS_FROM_NETWORK.bucket_of(client.network)
    to_address = (
        LOG_INS_FROM_NETWORK_TO_ADDRESS.bucket_of(f"{client.network} {request.email}"),
        LOG_INS_TO_ADDRESS.bucket_of(request.email),
    )
    await take(running.database, from_network, *to_address)
    tokens = None
    while tokens is None:  # the password was changed while it was verified: it is to be verified anew
        known = await _verified(running, request)
        tokens = await _begin_session(running, known, client.user_agent)
    await give_back(running.database, from_network, and_clear=to_address)
    return tokens


async def _verified(running: Runtime, request: LoginRequest) -> accounts.Credentials:
    """Find the account that address and password are of, and keep its hash up to date."""
    known = await accounts.credentials(running.database.acting_as(EmailClaim(request.email)))
    password = request.password.get_secret_value()
    verdict = await running.passwords.verify(password, known.password_hash if known else None)
    if known is None or not verdict.fits:
        raise ProblemError(INVALID_CREDENTIALS)
    if verdict.renewed:
        session = running.database.acting_as(Principal(known.id))
        await accounts.renew_password(session, verdict.renewed, verified=known.password_hash)
        known = known._replace(password_hash=verdict.renewed)
    return known


async def _begin_session(
    running: Runtime, known: accounts.Credentials, user_agent: str | None
) -> Tokens | None:
    refresh_token = new_token()
    session_id = await repository.begin_session(
        running.database.acting_as(Principal(known.id)),
        verified=known.password_hash,
        user_agent=user_agent[:USER_AGENT_LENGTH] if user_agent else None,
        token_hash=refresh_token.digest,
        expires_at=_refresh_token_expiry(running),
    )
    return None if session_id is None else _tokens(running, known.id, session_id, refresh_token)


async def refresh(running: Runtime, request: RefreshRequest, network: str) -> Tokens:
    """Exchange a refresh token for the next pair of tokens (RFC 9700 §4.14.2).

    Three round trips: whose token it is must be known before anything of theirs may change, and the try is
    counted by itself. A fourth where the token is refused, to see whether it was stolen.

    Raises:
        ProblemError: It is unknown, expired or spent, or its session has ended. If it was spent before the
            retry window, its session ends now. Or there were too many tries.
    """
    presented = digest_of(request.refresh_token.get_secret_value())
    known = await repository.refresh_token(running.database.acting_as(TokenClaim(presented)))
    if known is None:
        await take(running.database, UNKNOWN_TOKENS.bucket_of(network))
        raise ProblemError(INVALID_CREDENTIALS)
    try:
        await take(running.database, REFRESHES.bucket_of(str(known.session_id)))
        return await _next_tokens(running, known, presented)
    except ProblemError:  # a thief who has used up the tries is found out all the same
        session = running.database.acting_as(Principal(known.owner_id))
        if ended := await repository.end_reused(session, presented):
            logger.warning(
                "session %s of account %s ended: a refresh token came twice", ended, known.owner_id
            )
        raise


async def _next_tokens(running: Runtime, known: repository.Known, presented: bytes) -> Tokens:
    following = new_token()
    session_id = await repository.rotate(
        running.database.acting_as(Principal(known.owner_id)),
        presented,
        token_hash=following.digest,
        expires_at=_refresh_token_expiry(running),
    )
    if session_id is None:
        raise ProblemError(INVALID_CREDENTIALS)
    return _tokens(running, known.owner_id, session_id, following)


async def log_out(running: Runtime, request: RefreshRequest, network: str) -> None:
    """End the session of a refresh token, spent or not; nothing is said of an unknown one.

    Two round trips: whose token it is must be known before anything of theirs may change. One more where
    nothing was ended, which is counted.

    Raises:
        ProblemError: Too many of that network have ended nothing.
    """
    presented = digest_of(request.refresh_token.get_secret_value())
    known = await repository.refresh_token(running.database.acting_as(TokenClaim(presented)))
    if known is None or not await repository.end_presented(
        running.database.acting_as(Principal(known.owner_id)), presented
    ):
        await take(running.database, UNKNOWN_TOKENS.bucket_of(network))


def _refresh_token_expiry(running: Runtime) -> datetime:
    return datetime.now(UTC) + timedelta(days=running.settings.refresh_token_days)


def _tokens(running: Runtime, account_id: UUID, session_id: UUID, refresh_token: OpaqueToken) -> Tokens:
    return Tokens(
        access_token=running.tokens.issue(account_id, session_id),
        token_type="Bearer",  # noqa: S106 -- a word of RFC 6750
        expires_in=running.tokens.seconds,
        refresh_token=refresh_token.text,
    )
