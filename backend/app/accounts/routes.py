"""
[Task]: T-004, T-006, T-005, T-101, T-102, T-103, T-104, T-105, T-109, T-110, T-113, T-114
[From]: speckit.specify §2.1, §2.2, §2.3, §2.4, §2.5, §2.8, §2.9, §2.10, §2.11, §6.2, speckit.plan §3.5, §4.8
[Description]: The routes of accounts.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Response
from pydantic import create_model
from starlette.responses import StreamingResponse

from app.accounts import service
from app.accounts.schemas import (
    Accepted,
    Account,
    AccountDeletion,
    Credentials,
    Identity,
    Jwks,
    KeptSession,
    LoginRequest,
    RefreshRequest,
    Sessions,
    Tokens,
)
from app.accounts.sessions import repository as sessions
from app.accounts.sessions import service as log_ins
from app.core.examples import example, example_of
from app.core.export import Part
from app.core.idempotency.dependency import IdempotentSession
from app.core.idempotency.sealed import SealedRuntime
from app.core.problems import (
    IDEMPOTENCY_MISMATCH,
    INVALID_CREDENTIALS,
    INVALID_REQUEST,
    NOT_FOUND,
    OF_A_BODY,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    WRONG_PASSWORD,
    ProblemError,
    responses,
)
from app.core.rate_limits import NetworkAddress, limited_for_caller
from app.core.routing import slice_router
from app.core.runtime import Caller, CallerSession, RuntimeDep

router = slice_router("accounts")

JWKS_CACHE = "public, max-age=300"


@router.post(
    "/v1/auth/register",
    status_code=202,
    name="register",
    summary="Register an account",
    response_description="Accepted, whether or not the address already has an account.",
    responses=responses(*OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def register(credentials: Credentials, running: SealedRuntime, network: NetworkAddress) -> Accepted:
    """Register an address with a password."""
    await service.register(running, credentials, network)
    return Accepted(status="accepted")


@router.post(
    "/v1/auth/login",
    name="login",
    summary="Log in",
    response_description="A session has begun.",
    responses=responses(INVALID_CREDENTIALS, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def log_in(
    request: LoginRequest,
    running: SealedRuntime,
    network: NetworkAddress,
    user_agent: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Tokens:
    """Begin a session with address and password."""
    return await log_ins.log_in(running, request, log_ins.Client(network, user_agent))


@router.post(
    "/v1/auth/refresh",
    name="refresh",
    summary="Exchange a refresh token",
    response_description="The next pair of tokens.",
    responses=responses(INVALID_CREDENTIALS, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def refresh(request: RefreshRequest, running: SealedRuntime, network: NetworkAddress) -> Tokens:
    """Exchange a refresh token for the next pair of tokens.

    It serves once. Where the answer was lost, send it again within 10 seconds; later it counts as stolen, and
    ends the session.
    """
    return await log_ins.refresh(running, request, network)


@router.post(
    "/v1/auth/logout",
    status_code=204,
    name="logout",
    summary="Log out",
    response_description="The session, if there was one, has ended.",
    responses=responses(*OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def log_out(request: RefreshRequest, running: SealedRuntime, network: NetworkAddress) -> None:
    """End the session of a refresh token."""
    await log_ins.log_out(running, request, network)


@router.post(
    "/v1/auth/logout-everywhere",
    status_code=204,
    name="logoutEverywhere",
    summary="Log out everywhere",
    response_description="All sessions have ended.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST, IDEMPOTENCY_MISMATCH),
)
async def log_out_everywhere(session: IdempotentSession) -> None:
    """End all sessions of the caller."""
    await sessions.end_all(session)


@router.get(
    "/v1/auth/sessions",
    name="listSessions",
    summary="List sessions",
    response_description="The caller's live sessions, newest first.",
    responses=responses(UNAUTHENTICATED),
)
async def list_sessions(caller: Caller, session: CallerSession) -> Sessions:
    """List the caller's live sessions."""
    return Sessions.model_construct(items=await sessions.live_sessions(session, caller.session_id))


# What is no id is none of these, as with notifications.
@router.delete(
    "/v1/auth/sessions/{session_id:uuid}",
    status_code=204,
    name="endSession",
    summary="End a session",
    response_description="Ended.",
    responses=responses(UNAUTHENTICATED, NOT_FOUND, INVALID_REQUEST),
)
async def end_session(session_id: UUID, session: CallerSession) -> None:
    """End one of the caller's sessions; the current one as well."""
    if not await sessions.end_one(session, session_id):
        raise ProblemError(NOT_FOUND)


@router.get(
    "/v1/account",
    name="readAccount",
    summary="Read the account",
    response_description="The caller's account.",
    responses=responses(UNAUTHENTICATED),
)
async def read_account(session: CallerSession) -> Account:
    """Read the caller's account."""
    return await service.read_account(session)


@router.post(
    "/v1/account/deletion",
    status_code=204,
    dependencies=[Depends(limited_for_caller(service.OWN_PASSWORD))],
    name="deleteAccount",
    summary="Delete the account and everything it owns",
    response_description="Deleted.",
    responses=responses(UNAUTHENTICATED, WRONG_PASSWORD, *OF_A_BODY, IDEMPOTENCY_MISMATCH, TOO_MANY_REQUESTS),
)
async def delete_account(
    request: AccountDeletion, caller: Caller, session: IdempotentSession, running: RuntimeDep
) -> None:
    """Delete the caller's account, at once and for good."""
    if caller.authenticated_at is None:
        await service.delete_account(running, session, request)
    else:
        await service.delete_external_account(session, caller.authenticated_at)


def add_export(app: FastAPI, parts: Sequence[Part]) -> None:
    """Offer the export of all that is kept about the caller, with the parts of the other slices."""
    fields: dict[str, Any] = {part.name: part.schema for part in parts}
    fields = {"account": Account, "identities": list[Identity], "sessions": list[KeptSession], **fields}
    shown = example(**{name: example_of(schema) for name, schema in fields.items()})
    document = create_model("Export", __config__=shown, **fields)

    @app.get(
        "/v1/account/export",
        tags=["accounts"],
        name="exportAccount",
        summary="Export all stored personal data",
        response_description="Everything except secrets.",
        response_model=document,
        responses=responses(UNAUTHENTICATED),
    )
    async def export_account(caller: Caller, session: CallerSession) -> Response:
        """Export all that is kept about the caller."""
        pieces = await service.export(session, caller, parts)
        return StreamingResponse(pieces, media_type="application/json")


@router.get(
    "/.well-known/jwks.json",
    name="readJwks",
    summary="Public keys of the access tokens",
    response_description="A JWK set (RFC 7517).",
    responses={200: {"headers": {"Cache-Control": {"schema": {"type": "string"}}}}},
)
async def read_jwks(running: RuntimeDep, response: Response) -> Jwks:
    """Publish the keys that verify access tokens."""
    response.headers["Cache-Control"] = JWKS_CACHE
    return Jwks(keys=[key.public_jwk() for key in running.keys])
