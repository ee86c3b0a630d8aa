"""
[Task]: T-005, T-088
[From]: speckit.specify §6.2, §6.6
[Description]: Which idempotency keys and sealed answers are past their time.
"""

from sqlalchemy import delete, func, literal, select
from sqlmodel import col

from app.core.asker import Duty
from app.core.database import Database
from app.core.idempotency.models import IdempotencyKey, SealedAnswer
from app.core.idempotency.repository import KEPT_FOR
from app.core.retention import AT_ONCE, prepare_sweep, sweeping
from app.core.statement import prepare

sweep = sweeping(
    "idempotency keys",
    prepare_sweep(IdempotencyKey, col(IdempotencyKey.created_at) < func.now() - literal(KEPT_FOR)),
)

# No row is locked beforehand: the duty may delete, and locking takes the right to update.
_over = select(col(SealedAnswer.name)).where(col(SealedAnswer.created_at) < func.now() - literal(KEPT_FOR))
_SWEEP_SEALED = prepare(
    delete(SealedAnswer)
    .where(col(SealedAnswer.name).in_(_over.limit(literal(AT_ONCE))))
    .returning(col(SealedAnswer.name)),
    into=bytes,
    by=Duty,
)


async def sweep_sealed(database: Database) -> None:
    """Delete the sealed answers past their time, some at a time."""
    session = database.acting_as(Duty("upkeep"))
    while len(await session.run(_SWEEP_SEALED)) == AT_ONCE:
        pass
