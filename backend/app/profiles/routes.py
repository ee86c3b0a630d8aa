"""
[Task]: T-042
[From]: speckit.specify §3.1, §3.2, speckit.plan §4.2, §4.3
[Description]: The routes of the profile.
"""

from typing import Annotated, Any

from fastapi import Body, Header, Response
from pydantic.json_schema import SkipJsonSchema

from app.core.problems import (
    INVALID_REQUEST,
    JSON,
    OF_A_BODY,
    UNAUTHENTICATED,
    VERSION_MISMATCH,
    VERSION_REQUIRED,
    responses,
)
from app.core.routing import slice_router
from app.core.runtime import CallerSession
from app.profiles import repository, service
from app.profiles.schemas import EntityTags, Profile, ProfilePatch

router = slice_router("profile")

ETAG: dict[str, Any] = {
    "headers": {
        "ETag": {
            "description": "The version, for If-Match and If-None-Match.",
            "schema": {"type": "string"},
        }
    }
}
MERGE_PATCH = "application/merge-patch+json"
PLAIN_JSON: dict[str, Any] = {
    "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/ProfilePatch"}}}}
}


@router.get(
    "/v1/profile",
    name="readProfile",
    summary="Read the profile",
    response_description="The profile.",
    response_model=Profile,
    responses={
        200: ETAG,
        304: {"description": "The client has this version.", **ETAG},
        **responses(UNAUTHENTICATED, INVALID_REQUEST),
    },
)
async def read_profile(
    session: CallerSession,
    response: Response,
    if_none_match: Annotated[
        EntityTags | SkipJsonSchema[None],
        Header(
            alias="If-None-Match",
            description="The version that the client has; where it is still the one, the answer is 304.",
        ),
    ] = None,
) -> Profile | Response:
    """Read the caller's profile."""
    version = await repository.current(session)
    tag = {"ETag": service.entity_tag(version)}
    if service.is_known(version, if_none_match):
        return Response(status_code=304, headers=tag)
    response.headers.update(tag)
    return service.profile_of(session.asker.user_id, version)


@router.patch(
    "/v1/profile",
    name="changeProfile",
    summary="Change the profile",
    response_description="The profile as it is now.",
    openapi_extra=PLAIN_JSON,
    responses={
        200: ETAG,
        **responses(UNAUTHENTICATED, VERSION_MISMATCH, *OF_A_BODY, VERSION_REQUIRED),
    },
)
async def change_profile(
    session: CallerSession,
    patch: Annotated[ProfilePatch, Body(media_type=MERGE_PATCH)],
    response: Response,
    if_match: Annotated[
        EntityTags | SkipJsonSchema[None],
        Header(alias="If-Match", description="The version to change; without it the answer is 428."),
    ] = None,
) -> Profile:
    """Change the caller's profile by a JSON merge patch."""
    version = await service.change(session, patch, if_match)
    response.headers["ETag"] = service.entity_tag(version)
    return service.profile_of(session.asker.user_id, version)
