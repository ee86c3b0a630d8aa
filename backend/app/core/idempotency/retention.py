"""
[Task]: T-088
[From]: speckit.specify §6.2, §6.6
[Description]: Which idempotency keys are past their time.
"""

from sqlalchemy import func, literal
from sqlmodel import col

from app.core.idempotency.models import IdempotencyKey
from app.core.idempotency.repository import KEPT_FOR
from app.core.retention import prepare_sweep, sweeping

sweep = sweeping(
    "idempotency keys",
    prepare_sweep(IdempotencyKey, col(IdempotencyKey.created_at) < func.now() - literal(KEPT_FOR)),
)
