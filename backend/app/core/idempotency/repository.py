"""
[Task]: T-004
[From]: speckit.plan §4.5
[Description]: The statements on idempotency keys.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.core.asker import Principal
from app.core.database import Transaction
from app.core.idempotency.models import IdempotencyKey
from app.core.statement import prepare

KEPT_FOR = timedelta(hours=24)

# What a claimed key holds until its transaction ends; nobody else ever sees it.
_UNANSWERED, _NOTHING = 599, b""


class Kept(NamedTuple):
    """What was answered to which request."""

    request_hash: bytes
    status: int
    body: bytes


_this = (
    col(IdempotencyKey.operation) == bindparam("of_operation"),
    col(IdempotencyKey.key) == bindparam("of_key"),
)

_claim = insert(IdempotencyKey).values(
    operation=bindparam("operation"),
    key=bindparam("key"),
    request_hash=bindparam("request_hash"),
    status=_UNANSWERED,
    body=_NOTHING,
)
_CLAIM = prepare(
    _claim.on_conflict_do_update(
        index_elements=["owner_id", "operation", "key"],
        set_={name: _claim.excluded[name] for name in ("request_hash", "status", "body", "created_at")},
        where=col(IdempotencyKey.created_at) < func.now() - literal(KEPT_FOR),
    ).returning(col(IdempotencyKey.key)),
    into=str,
)

_KEPT = prepare(
    select(col(IdempotencyKey.request_hash), col(IdempotencyKey.status), col(IdempotencyKey.body)).where(
        *_this
    ),
    into=Kept,
)

_KEEP = prepare(
    update(IdempotencyKey)
    .values(status=bindparam("new_status"), body=bindparam("new_body"))
    .where(*_this)
    .returning(col(IdempotencyKey.key)),
    into=str,
)


async def claim(transaction: Transaction[Principal], operation: str, key: str, request_hash: bytes) -> bool:
    """Take a key until the transaction ends, or tell that it has been used.

    Whoever comes with the same key meanwhile waits here for the end of the transaction.
    """
    return bool(await transaction.run(_CLAIM, operation=operation, key=key, request_hash=request_hash))


async def kept(transaction: Transaction[Principal], operation: str, key: str) -> Kept:
    """Read what was answered to a key that has been used."""
    (answer,) = await transaction.run(_KEPT, of_operation=operation, of_key=key)
    return answer


async def keep(
    transaction: Transaction[Principal], operation: str, key: str, *, status: int, body: bytes
) -> None:
    """Keep the answer to a claimed key. The key is gone where the owner is."""
    await transaction.run(_KEEP, of_operation=operation, of_key=key, new_status=status, new_body=body)
