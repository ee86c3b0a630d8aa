"""
[Task]: T-004, T-005
[From]: speckit.specify §6.2
[Description]: What a POST route asks for instead of `CallerSession`.
"""

from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic.json_schema import SkipJsonSchema

from app.core.asker import Principal
from app.core.database import Session
from app.core.idempotency.unit import HEADER, SAYS, SCOPE, begin, fingerprint
from app.core.runtime import CallerSession, runtime_of

Key = Annotated[
    str | SkipJsonSchema[None], Header(alias=HEADER, min_length=1, max_length=255, description=SAYS)
]


async def idempotent_session(request: Request, session: CallerSession, key: Key = None) -> Session[Principal]:
    """Give the caller's session. With a key, all that it runs is one transaction with the kept answer.

    A key costs three round trips more: to claim it, to keep the answer, to commit.
    """
    if key is None:
        return session
    return await begin(
        request.scope[SCOPE], session, key, await fingerprint(request, runtime_of(request).keys)
    )


IdempotentSession = Annotated[Session[Principal], Depends(idempotent_session)]
