"""
[Task]: T-085
[From]: speckit.specify §4.1, §4.8
[Description]: The statements on notifications.
"""

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.asker import Principal
from app.core.database import Session, Transaction
from app.core.isolation import OWNER_LOCK
from app.core.notice import Notice
from app.core.statement import prepare
from app.notifications import models, schemas

_TABLE = models.Notification.__table__  # type: ignore[attr-defined]
_COLUMNS = [_TABLE.c[name] for name in schemas.Notification.model_fields]

# One owner's notifications are made one after the other, and each is dated when its turn has come. So they
# become visible in the order of their dates, and who has read up to one of them has missed none.
_turn = select(OWNER_LOCK).subquery("turn")
_MAKE = prepare(
    insert(models.Notification)
    .from_select(
        [*Notice._fields, "created_at"],
        select(
            *(bindparam(name, type_=_TABLE.c[name].type) for name in Notice._fields), func.clock_timestamp()
        ).select_from(_turn),
    )
    .returning(*_COLUMNS),
    into=schemas.Notification,
)


async def make(unit: Session[Principal] | Transaction[Principal], notice: Notice) -> schemas.Notification:
    """Insert a notification of whoever the unit of work acts as."""
    values = {**notice._asdict(), "data": Jsonb(dict(notice.data))}
    (made,) = await unit.run(_MAKE, **values)
    return made
