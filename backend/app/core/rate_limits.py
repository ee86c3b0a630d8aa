"""
[Task]: T-114, T-088
[From]: speckit.specify §2.10, §6.6, speckit.plan §3.7, data-model §2.6
[Description]: Limits on how often something may be tried, counted in the database for all instances.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    LargeBinary,
    any_,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from app.core.asker import Duty
from app.core.database import Database, Session
from app.core.isolation import reached_by
from app.core.problems import TOO_MANY_REQUESTS, ProblemError
from app.core.runtime import Caller, RuntimeDep
from app.core.statement import prepare

WINDOW = timedelta(minutes=15)
SWEPT_AT_ONCE = 1000
IPV6_SITE = 64


class RateLimit(SQLModel, table=True):
    """How often something was tried in the present window."""

    __tablename__ = "rate_limits"
    __table_args__ = (
        CheckConstraint("octet_length(bucket) = 32"),
        CheckConstraint("hits > 0"),
        {"info": reached_by({Duty: ()})},
    )

    bucket: bytes = Field(primary_key=True, sa_type=LargeBinary)
    window_start: datetime = Field(
        sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")}
    )
    hits: int = Field(sa_column_kwargs={"server_default": text("1")})


class Limit(NamedTuple):
    """At most so many of this kind in one window."""

    name: str
    most: int

    def bucket_of(self, subject: str) -> "Bucket":
        """Give the bucket that counts for one subject; only a hash of it is kept."""
        return Bucket(self, hashlib.sha256(f"{self.name} {subject}".encode()).digest())


class Bucket(NamedTuple):
    """What is counted."""

    limit: Limit
    digest: bytes


class _Count(NamedTuple):
    hits: int
    remaining: timedelta


_is_over = col(RateLimit.window_start) <= func.now() - WINDOW
_TAKE = prepare(
    insert(RateLimit)
    .from_select(["bucket"], select(func.unnest(bindparam("buckets", type_=ARRAY(LargeBinary)))))
    .on_conflict_do_update(
        index_elements=["bucket"],
        set_={
            "hits": case((_is_over, 1), else_=col(RateLimit.hits) + 1),
            "window_start": case((_is_over, func.now()), else_=col(RateLimit.window_start)),
        },
    )
    .returning(
        col(RateLimit.hits),
        (col(RateLimit.window_start) + WINDOW - func.now()).label("remaining"),
    ),
    into=_Count,
    by=Duty,
)

# In the order of `take`: two that lock the same two rows must not do so crosswise.
_given_back = (
    update(RateLimit)
    .values(hits=func.greatest(col(RateLimit.hits) - 1, 1))
    .where(col(RateLimit.bucket) == bindparam("first", type_=LargeBinary))
    .returning(col(RateLimit.bucket))
    .cte("given_back")
)
_GIVE_BACK = prepare(
    delete(RateLimit)
    .where(
        col(RateLimit.bucket) == any_(bindparam("cleared", type_=ARRAY(LargeBinary))),
        select(_given_back.c.bucket).exists(),
    )
    .returning(col(RateLimit.bucket)),
    into=bytes,
    by=Duty,
)

# One walk along the keys, however many rows there are; who is being counted just now is passed over.
_walked = (
    select(col(RateLimit.bucket))
    .where(col(RateLimit.bucket) > bindparam("beyond", type_=LargeBinary))
    .order_by(col(RateLimit.bucket))
    .limit(SWEPT_AT_ONCE)
    .cte("walked")
)
_over = (
    select(col(RateLimit.bucket))
    .where(col(RateLimit.bucket).in_(select(_walked.c.bucket)), _is_over)
    .with_for_update(skip_locked=True)
    .cte("over")
)
_gone = (
    delete(RateLimit)
    .where(col(RateLimit.bucket).in_(select(_over.c.bucket)))
    .returning(col(RateLimit.bucket))
    .cte("gone")
)
_SWEEP = prepare(
    select(_walked.c.bucket).order_by(_walked.c.bucket.desc()).limit(1).add_cte(_gone), into=bytes, by=Duty
)


async def sweep(database: Database) -> None:
    """Delete the counters whose window is over, some at a time."""
    beyond: bytes | None = b""
    while beyond is not None:
        beyond = await _session(database).first(_SWEEP, beyond=beyond)


async def take(database: Database, *buckets: Bucket) -> None:
    """Count a try in each bucket, before it is made: any number of them at once cannot slip through.

    One round trip, of its own, as the count stays whatever becomes of the try.

    Args:
        database: Shared between the instances.
        buckets: Always in the same order of their limits.

    Raises:
        ProblemError: One is full; Retry-After says in how many seconds its window is over.
    """
    counts = await _session(database).run(_TAKE, buckets=[bucket.digest for bucket in buckets])
    full = [
        count.remaining.total_seconds()
        for bucket, count in zip(buckets, counts, strict=True)
        if count.hits > bucket.limit.most
    ]
    if full:
        raise ProblemError(TOO_MANY_REQUESTS, {"Retry-After": str(max(1, math.ceil(max(full))))})


async def give_back(database: Database, bucket: Bucket, *, and_clear: Sequence[Bucket]) -> None:
    """Uncount a try that succeeded in one bucket (of the last one a trace stays), and empty the others."""
    cleared = [each.digest for each in and_clear]
    await _session(database).run(_GIVE_BACK, first=bucket.digest, cleared=cleared)


def _session(database: Database) -> Session[Duty]:
    return database.acting_as(Duty("limits"))


def network_of(host: str) -> str:
    """Give what is limited of a network address: of IPv6 the site, whose addresses one machine has all."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004 -- IPv4
        return host
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(ip_network((address.packed, IPV6_SITE), strict=False))


async def _network_address(request: Request) -> str:
    """Give the client's network. Behind a proxy it is the proxy's, unless uvicorn is told to believe it."""
    return network_of(request.client.host if request.client else "")


NetworkAddress = Annotated[str, Depends(_network_address)]


def limited(limit: Limit) -> Callable[[RuntimeDep, NetworkAddress], Awaitable[None]]:
    """Make the dependency that limits the requests of one network address."""

    async def check(running: RuntimeDep, network: NetworkAddress) -> None:
        await take(running.database, limit.bucket_of(network))

    return check


def limited_for_caller(limit: Limit) -> Callable[[RuntimeDep, Caller], Awaitable[None]]:
    """Make the dependency that limits the requests of one account."""

    async def check(running: RuntimeDep, caller: Caller) -> None:
        await take(running.database, limit.bucket_of(str(caller.user_id)))

    return check
