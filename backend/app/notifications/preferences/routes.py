"""
[Task]: T-083, T-087
[From]: speckit.specify §4.6, §4.9, speckit.plan §5.5
[Description]: The routes of preferences.
"""

from typing import Annotated

from fastapi import Query

from app.core.notice import Kind
from app.core.problems import (
    INVALID_REQUEST,
    INVALID_TOKEN,
    OF_A_BODY,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    responses,
)
from app.core.routing import slice_router
from app.core.runtime import CallerSession, RuntimeDep
from app.notifications.preferences import service, unsubscribing
from app.notifications.preferences.schemas import Channel, Preference, PreferenceChange, Preferences

router = slice_router("notifications")


@router.get(
    "/v1/notifications/preferences",
    name="listPreferences",
    summary="List preferences",
    response_description="Every kind and channel.",
    responses=responses(UNAUTHENTICATED),
)
async def list_preferences(session: CallerSession) -> Preferences:
    """List the caller's preferences."""
    return await service.preferences(session)


@router.put(
    "/v1/notifications/preferences/{kind}/{channel}",
    name="setPreference",
    summary="Set one preference",
    response_description="The preference as it is now.",
    responses=responses(UNAUTHENTICATED, *OF_A_BODY),
)
async def set_preference(
    session: CallerSession, kind: Kind, channel: Channel, change: PreferenceChange
) -> Preference:
    """Switch one kind on or off for one channel."""
    preference = Preference(kind=kind, channel=channel, enabled=change.enabled)
    await service.prefer(session, preference)
    return preference


# A body is not looked at: mail programs send a form that says what the path says already. Nor is a key.
@router.post(
    unsubscribing.PATH,
    status_code=204,
    name="unsubscribe",
    summary="Unsubscribe from digests with the token of one (RFC 8058)",
    response_description="Unsubscribed, as far as possible.",
    responses=responses(INVALID_TOKEN, INVALID_REQUEST, TOO_MANY_REQUESTS),
)
async def unsubscribe(running: RuntimeDep, token: Annotated[str, Query(max_length=200)]) -> None:
    """Switch off the digests of the account that a token is for."""
    await unsubscribing.unsubscribe(running, token)
