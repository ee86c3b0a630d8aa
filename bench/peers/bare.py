"""The bare limit: Starlette, the caller's token, one raw psycopg statement in a pipeline, and nothing else.

It verifies the tokens that ours verifies, by the same code and so with the same cache: what the ratio shows
is the cost of all the rest. It has no contract, no validation, no log, no bounds and no isolation.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncRawCursor
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.keys import read_keys
from app.core.settings import load_settings
from app.core.tokens import AccessTokens

LIST = """
select id, kind, title, body, data, created_at, read_at from notifications
where owner_id = $1 order by created_at desc, id desc limit 21
"""
ONE = """
select id, kind, title, body, data, created_at, read_at from notifications where owner_id = $1 and id = $2
"""
CHANGE = """
update profiles set about = $2, version = version + 1, updated_at = now() where owner_id = $1
returning owner_id as account_id, display_name, about, avatar_url, locale, time_zone, updated_at
"""

pool = AsyncConnectionPool(
    os.environ["BENCH_DATABASE_URL"].replace("+psycopg", ""),
    min_size=1,
    max_size=int(os.environ["BENCH_CONNECTIONS"]),
    open=False,
    kwargs={"autocommit": True, "cursor_factory": AsyncRawCursor, "row_factory": dict_row},
)

settings = load_settings()
tokens = AccessTokens(
    read_keys(os.environ["SIGNING_KEYS"]),
    issuer=settings.issuer,
    audience=settings.audience,
    client_id=settings.client_id,
    seconds=settings.access_token_seconds,
)


def owner_of(request: Request) -> str:
    return str(tokens.verify(request.headers["authorization"].removeprefix("Bearer ")).user_id)


async def run(statement: str, *arguments: str) -> list[dict[str, object]]:
    async with pool.connection() as connection:
        async with connection.pipeline():
            cursor = await connection.execute(statement, arguments)
        return await cursor.fetchall()  # type: ignore[return-value]  # dict_row


async def read_items(request: Request) -> Response:
    rows = await run(LIST, owner_of(request))
    return Response(to_json({"items": rows[:20]}), media_type="application/json")


async def read_item(request: Request) -> Response:
    (row,) = await run(ONE, owner_of(request), request.path_params["item_id"])
    return Response(to_json(row), media_type="application/json")


async def change_profile(request: Request) -> Response:
    change = await request.json()
    (row,) = await run(CHANGE, owner_of(request), change["about"])
    return Response(to_json(row), media_type="application/json")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with pool:
        yield


app = Starlette(
    routes=[
        Route("/v1/notifications", read_items),
        Route("/v1/notifications/{item_id}", read_item),
        Route("/v1/profile", change_profile, methods=["PATCH"]),
    ],
    lifespan=lifespan,
)
