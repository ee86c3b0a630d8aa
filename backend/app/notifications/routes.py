"""
[Task]: T-085
[From]: speckit.specify §4.1
[Description]: The routes of notifications.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic.json_schema import SkipJsonSchema

from app.core.problems import INVALID_REQUEST, UNAUTHENTICATED, responses
from app.core.runtime import CallerSession
from app.notifications import service
from app.notifications.schemas import Notification

router = APIRouter(tags=["notifications"])


async def idempotency_key(
    key: Annotated[
        str | SkipJsonSchema[None], Header(alias="Idempotency-Key", min_length=1, max_length=255)
    ] = None,
) -> str | None:
    """Take the key under which a client may send the same request again (speckit.specify §6.2)."""
    return key


@router.post(
    "/v1/notifications/test",
    status_code=201,
    name="sendTest",
    summary="Send oneself a test notification",
    response_description="Made.",
    responses=responses(UNAUTHENTICATED, INVALID_REQUEST),
    dependencies=[Depends(idempotency_key)],
)
async def send_test(session: CallerSession) -> Notification:
    """Make a test notification for the caller."""
    return await service.send_test(session)
