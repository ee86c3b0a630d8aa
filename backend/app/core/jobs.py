"""
[Task]: T-089
[From]: speckit.specify §2.13, speckit.plan §5.2, §5.4
[Description]: Puts a job into the queue by a statement of ours, so that both are done or neither.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, String, Table, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.dml import ReturningInsert

from app.core.asker import EmailClaim, Principal
from app.core.isolation import QUEUE, reached_by

AT_ONCE = 1
"""The priority of what somebody waits for."""

# What the library's own `procrastinate_defer_jobs` writes; its triggers do the rest.
_JOBS = Table(
    "procrastinate_jobs",
    QUEUE,
    Column("id", BigInteger, primary_key=True),
    Column("queue_name", String),
    Column("task_name", String),
    Column("priority", Integer),
    Column("args", JSONB),
    info=reached_by({Principal: (), EmailClaim: ()}),
)


def put(
    task: str, arguments: Mapping[str, ColumnElement[Any]], *where: ColumnElement[bool]
) -> ReturningInsert[tuple[int]]:
    """Write the statement that puts one job into the queue, ahead of those that can wait.

    Args:
        task: Its name.
        arguments: Ids, as part of the same statement finds them.
        where: When there is a job at all.
    """
    pairs = chain.from_iterable((literal(name), value) for name, value in arguments.items())
    job = select(literal("default"), literal(task), literal(AT_ONCE), func.jsonb_build_object(*pairs))
    return (
        insert(_JOBS)
        .from_select(["queue_name", "task_name", "priority", "args"], job.where(*where))
        .returning(_JOBS.c.id)
    )
