"""The limit with FastAPI: our contract of the three operations over the bare limit's statements, no more.

What this peer lacks of the bare limit is FastAPI's own work for a request: routing, the bearer scheme,
parameters, the model of the answer. It has nothing else that ours has: no row security, no log, no request
id, no bounds on time or size, no idempotency keys, no problem documents, no telemetry.
"""

from typing import Annotated
from uuid import UUID

from bench.peers.bare import CHANGE, LIST, ONE, lifespan, run, tokens
from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.notice import Kind
from app.notifications.schemas import Notification, NotificationPage
from app.profiles.schemas import Profile, ProfilePatch

Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def owner(credentials: Credentials) -> str:
    return str(tokens.verify(credentials.credentials).user_id)


Owner = Annotated[str, Depends(owner)]
app = FastAPI(lifespan=lifespan)


@app.get("/v1/notifications")
async def read_items(
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    unread: bool = False,  # noqa: FBT001, FBT002 -- by name, in HTTP
    kind: Kind | None = None,
) -> NotificationPage:
    assert (cursor, unread, kind) == (None, False, None), "the load asks for none of them"
    rows = await run(LIST, owner)
    return NotificationPage.model_validate({"items": rows[:limit], "next_cursor": None})


@app.get("/v1/notifications/{item_id}")
async def read_item(owner: Owner, item_id: UUID) -> Notification:
    (row,) = await run(ONE, owner, str(item_id))
    return Notification.model_validate(row)


@app.patch("/v1/profile")
async def change_profile(owner: Owner, patch: ProfilePatch) -> Profile:
    (row,) = await run(CHANGE, owner, patch.about or "")
    return Profile.model_validate(row)
