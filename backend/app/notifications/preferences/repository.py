"""
[Task]: T-083, T-087
[From]: speckit.specify §4.6, §4.9, speckit.plan §2.6, §5.5
[Description]: The statements on preferences.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    any_,
    bindparam,
    delete,
    false,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert
from sqlmodel import col

from app.core.asker import Principal
from app.core.database import Session
from app.core.notice import Kind
from app.core.statement import Statement, prepare
from app.core.upkeep.models import Upkeep
from app.notifications.models import Preference as Choice
from app.notifications.preferences.schemas import Preference

# SQLAlchemy gives a model its table; SQLModel does not declare it.
_COLUMNS = [Choice.__table__.c[name] for name in Preference.model_fields]  # type: ignore[attr-defined]

_CHOSEN = prepare(select(*_COLUMNS), into=Preference)
_channel = bindparam("channel", type_=Text)


def _prefer(change: ReturningInsert[Any] | ReturningDelete[Any]) -> Statement[Principal, UUID]:
    """Write a change of one preference. Mail that it switches on is counted, if it was unsubscribed from."""
    changed = change.cte("changed")
    return prepare(
        update(Upkeep)
        .values(unsubscribed_at=null(), resubscriptions=col(Upkeep.resubscriptions) + 1)
        .where(
            col(Upkeep.unsubscribed_at).is_not(None),
            select(changed.c.kind).exists(),
            _channel == "email",
            bindparam("enabled", type_=Boolean),
        )
        .returning(col(Upkeep.owner_id)),
        into=UUID,
    )


_set = insert(Choice).values(kind=bindparam("kind"), channel=_channel, enabled=bindparam("enabled"))
_SET = _prefer(
    _set.on_conflict_do_update(
        index_elements=["owner_id", "kind", "channel"], set_={"enabled": _set.excluded.enabled}
    ).returning(col(Choice.kind))
)
_RESET = _prefer(
    delete(Choice)
    .where(col(Choice.kind) == bindparam("kind", type_=Text), col(Choice.channel) == _channel)
    .returning(col(Choice.kind))
)

# In one statement: what is off by default is forgotten, what is on by default is kept as off, and all that
# only while the token is one of now.
_is_of_now = col(Upkeep.resubscriptions) == bindparam("resubscriptions", type_=Integer)
_if_of_now = select(col(Upkeep.owner_id)).where(_is_of_now).exists()
_kinds_off = insert(Choice).from_select(
    ["kind", "channel", "enabled"],
    select(
        func.unnest(bindparam("on_by_default", type_=ARRAY(Text))),
        _channel,
        false(),
    ).where(_if_of_now),
)
_forgotten = (
    delete(Choice)
    .where(
        col(Choice.kind) == any_(bindparam("off_by_default", type_=ARRAY(Text))),
        col(Choice.channel) == _channel,
        _if_of_now,
    )
    .returning(col(Choice.kind))
    .cte("forgotten")
)
_noted = (
    update(Upkeep)
    .values(unsubscribed_at=func.now())
    .where(_is_of_now, col(Upkeep.unsubscribed_at).is_(None))
    .returning(col(Upkeep.owner_id))
    .cte("noted")
)
_SWITCH_OFF = prepare(
    _kinds_off.on_conflict_do_update(
        index_elements=["owner_id", "kind", "channel"], set_={"enabled": _kinds_off.excluded.enabled}
    )
    .add_cte(_forgotten, _noted)
    .returning(col(Choice.kind)),
    into=str,
)


async def chosen(session: Session[Principal]) -> list[Preference]:
    """Read the preferences that differ from the default."""
    return await session.run(_CHOSEN)


async def prefer(session: Session[Principal], preference: Preference) -> None:
    """Keep a preference that differs from the default."""
    await session.run(_SET, **preference.model_dump())


async def prefer_default(session: Session[Principal], preference: Preference) -> None:
    """Forget a preference, so that the default holds."""
    await session.run(_RESET, **preference.model_dump())


async def switch_mail_off(
    session: Session[Principal], defaults: Mapping[Kind, bool], *, resubscriptions: int
) -> bool:
    """Switch mail off for some kinds, unless it was switched on again since it was counted.

    Args:
        session: The principal's.
        defaults: For each of the kinds whether it is on by default; at least one is.
        resubscriptions: How often it had been switched on again by then.

    Returns:
        Whether that was done.
    """
    done = await session.run(
        _SWITCH_OFF,
        channel="email",
        resubscriptions=resubscriptions,
        on_by_default=[kind for kind, on in defaults.items() if on],
        off_by_default=[kind for kind, on in defaults.items() if not on],
    )
    return bool(done)
