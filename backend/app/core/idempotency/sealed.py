"""
[Task]: T-005
[From]: speckit.specify §6.2, speckit.plan §4.5
[Description]: Keeps the answer to an anonymous request with a key so that only its client can open it.
"""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Depends, Header, Request
from pydantic.json_schema import SkipJsonSchema

from app.core.asker import TokenClaim
from app.core.database import Session
from app.core.idempotency import repository
from app.core.idempotency.deed import Deed
from app.core.idempotency.unit import BAD_REQUEST, HEADER, SAYS, SCOPE, Pending, Replay, message_of
from app.core.problems import IDEMPOTENCY_MISMATCH, ProblemError
from app.core.runtime import Runtime, RuntimeDep

LOOK_AGAIN_SECONDS = 0.1
NONCE_BYTES = 12

SecretKey = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias=HEADER,
        min_length=32,
        max_length=255,
        description=f"{SAYS} Whoever has it and the request gets the answer: make it at random, and keep it.",
    ),
]


class Seal(NamedTuple):
    """What a key and its request give: the name of the row, and what opens it."""

    name: bytes
    key: bytes

    def close(self, status: int, body: bytes) -> bytes:
        """Seal an answer."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, status.to_bytes(2) + body, self.name)

    def open(self, sealed: bytes) -> repository.Answer:
        """Open an answer.

        Raises:
            ProblemError: It is the answer to another request.
        """
        try:
            opened = AESGCM(self.key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self.name)
        except InvalidTag:
            raise ProblemError(IDEMPOTENCY_MISMATCH) from None
        return repository.Answer(int.from_bytes(opened[:2]), opened[2:])


async def seal_of(request: Request, key: str, secret: bytes) -> Seal:
    """Derive the seal of a request, under a secret of the service."""
    place = f"{request.method} {request.scope['route'].path}\0{key}\0".encode()
    name = hmac.digest(secret, b"name\0" + place, "sha256")
    return Seal(name, hmac.digest(secret, b"seal\0" + place + await message_of(request), "sha256"))


async def sealed(request: Request, running: RuntimeDep, key: SecretKey = None) -> Runtime:
    """Claim the key of an anonymous request, if it has one; its answer is kept when it is known.

    A key costs three round trips more: to claim it, to keep the answer, to commit both with what was done.

    Returns:
        What the request runs with.

    Raises:
        Replay: The key has been used for this request.
        ProblemError: The key has been used for another request.
    """
    if key is None:
        return running
    pending: Pending = request.scope[SCOPE]
    seal = await seal_of(request, key, running.keys[0].secret_for("sealed answers"))
    await pending.stack.enter_async_context(_claimed(running.database.acting_as(TokenClaim(seal.name)), seal))
    deed = Deed(running.database, pending.stack)
    session = deed.acting_as(TokenClaim(seal.name))

    async def keep(status: int, body: bytes) -> None:
        if status >= BAD_REQUEST:  # it is refused again, and anybody can be refused as often as they like
            await repository.release_sealed(session)
        else:
            await repository.keep_sealed(session, seal.close(status, body))

    pending.keep = keep
    return running._replace(database=deed)


@asynccontextmanager
async def _claimed(session: Session[TokenClaim], seal: Seal) -> AsyncIterator[None]:
    """Hold a claim; where the request comes to no answer that can be kept, it is given back."""
    while not await repository.claim_sealed(session):
        answer = await repository.kept_sealed(session)
        if answer:
            raise Replay(seal.open(answer))
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    try:
        yield
    except BaseException:
        await asyncio.shield(repository.release_sealed(session))
        raise


SealedRuntime = Annotated[Runtime, Depends(sealed)]
