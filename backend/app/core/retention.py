"""
[Task]: T-088
[From]: speckit.specify §4.10, §6.6, speckit.plan §5.3
[Description]: Deletes an account's rows whose time is over, some at a time, past whatever is in use.
"""

from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_
from sqlmodel import SQLModel

from app.core.asker import Principal
from app.core.database import Session
from app.core.statement import Statement, prepare

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.retention")

AT_ONCE = 1000


def prepare_sweep(model: type[SQLModel], *over: ColumnElement[bool]) -> Statement[Principal, int]:
    """Write the statement that deletes some of the principal's rows and counts them.

    Each run is a short transaction. A row that somebody holds is left for the next day, so nobody waits.

    Args:
        model: The table.
        over: What makes a row's time over.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]  # every model with rows has one
    key = tuple_(*table.primary_key.columns)
    some = (
        select(*table.primary_key.columns)
        .where(*over)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("some")
    )
    gone = delete(table).where(key.in_(select(*some.c))).returning(*table.primary_key.columns).cte("gone")
    return prepare(select(func.count()).select_from(gone), into=int)


def sweeping(
    name: str, *sweeps: Statement[Principal, int]
) -> Callable[[Session[Principal]], Awaitable[None]]:
    """Make the daily chore that runs sweeps, one after the other, until each finds nothing more.

    Args:
        name: What is swept, for the log.
        sweeps: Made by `prepare_sweep`.
    """

    async def sweep(session: Session[Principal]) -> None:
        deleted = sum([await _run(session, statement) for statement in sweeps])
        if deleted:
            logger.info("deleted", what=name, count=deleted)

    return sweep


async def _run(session: Session[Principal], statement: Statement[Principal, int]) -> int:
    total = 0
    while True:
        (deleted,) = await session.run(statement)
        total += deleted
        if deleted < AT_ONCE:
            return total
