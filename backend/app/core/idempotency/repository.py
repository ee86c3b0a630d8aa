"""
[Task]: T-004, T-005
[From]: speckit.plan §4.5
[Description]: The statements on idempotency keys and on sealed answers.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import LargeBinary, and_, bindparam, delete, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.core.asker import Principal, TokenClaim
from app.core.database import Session, Transaction
from app.core.idempotency.models import IdempotencyKey, SealedAnswer
from app.core.statement import prepare

KEPT_FOR = timedelta(hours=24)
VOID_AFTER = timedelta(seconds=40)

# What a claimed key holds until its transaction ends; nobody else ever sees it.
_UNANSWERED, _NOTHING = 599, b""


class Answer(NamedTuple):
    """What was answered."""

    status: int
    body: bytes


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

_CLAIM_SEALED = prepare(
    insert(SealedAnswer)
    .values(created_at=func.now())
    .on_conflict_do_update(
        index_elements=["name"],
        set_={"sealed": null(), "created_at": func.now()},
        where=or_(
            col(SealedAnswer.created_at) < func.now() - literal(KEPT_FOR),
            and_(
                col(SealedAnswer.sealed).is_(None),
                col(SealedAnswer.created_at) < func.now() - literal(VOID_AFTER),
            ),
        ),
    )
    .returning(col(SealedAnswer.name)),
    into=bytes,
    by=TokenClaim,
)
_KEPT_SEALED = prepare(select(col(SealedAnswer.sealed)), into=bytes, by=TokenClaim)
_KEEP_SEALED = prepare(
    update(SealedAnswer)
    .values(sealed=bindparam("answer", type_=LargeBinary))
    .where(col(SealedAnswer.sealed).is_(None))
    .returning(col(SealedAnswer.name)),
    into=bytes,
    by=TokenClaim,
)
_RELEASE_SEALED = prepare(
    delete(SealedAnswer).where(col(SealedAnswer.sealed).is_(None)).returning(col(SealedAnswer.name)),
    into=bytes,
    by=TokenClaim,
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


async def claim_sealed(session: Session[TokenClaim]) -> bool:
    """Take a name until its answer is kept or given back, or tell that it is taken."""
    return bool(await session.run(_CLAIM_SEALED))


async def kept_sealed(session: Session[TokenClaim]) -> bytes | None:
    """Read what was answered under a name that is taken; nothing as long as that is not known."""
    return await session.first(_KEPT_SEALED)


async def keep_sealed(session: Session[TokenClaim], answer: bytes) -> None:
    """Keep the answer under a claimed name."""
    await session.run(_KEEP_SEALED, answer=answer)


async def release_sealed(session: Session[TokenClaim]) -> None:
    """Give a claimed name back."""
    await session.run(_RELEASE_SEALED)
