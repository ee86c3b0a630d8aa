"""Does a list, or a count of what is unread, cost more in a thousand times as many notifications?

Run with `python -m bench.volume`; it takes a few minutes, most of them to fill, and five gigabytes meanwhile.
The application's own statements are timed as its runtime role, row security included. For each account both
databases are asked for everything, in an order of its own: what else the machine does meets both alike, and
each question is now and then the first, which finds nothing cached. Accounts are asked for as they are
written to, so those with the most are asked for most.
"""

import random
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio
import psycopg
from psycopg.sql import SQL, Identifier
from tests.servers.plugin import ROOT

from app.core.asker import Principal
from app.core.database import Database, Session
from app.notifications import repository
from app.notifications.cursor import Position
from specward.config import load_config
from specward.database.provision import APP_USER, MIGRATOR, migrate, provision, read_recipe
from specward.database.server import Server
from specward.database.temporary import temporary_server

ACCOUNTS = 100_000
SIZES = (10_000, 10_000_000)
SKEW = 4  # the account that is written to most has a twentieth of all
WARMING, ASKED = 300, 1_500  # accounts
GOAL = 1.5

MAKE_ACCOUNTS = """
insert into accounts (id, email, password_hash)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, format('%%s@example.org', n), 'x'
from generate_series(0, %s - 1) n
"""
# One in twenty is about security, and everybody reads those; of the others two fifths stay unread.
FILL = """
insert into notifications (owner_id, kind, title, body, created_at, read_at)
select ('00000000-0000-4000-8000-'
        || lpad(floor(%(accounts)s * power(random(), %(skew)s))::text, 12, '0'))::uuid,
    case when n %% 20 = 0 then 'security' when n %% 4 = 1 then 'account' else 'product' end,
    'Something happened', repeat('word ', 4), now() - n * interval '1 second',
    case when n %% 20 = 0 or n %% 5 < 3 then now() end
from generate_series(1, %(size)s) n
"""
INDEXES = """
select indexname, indexdef from pg_indexes
where tablename = 'notifications' and indexname <> 'notifications_pkey'
"""

Ask = Callable[[Session[Principal]], Awaitable[object]]


def page(*, unread: bool = False, kind: str | None = None, after: Position | None = None) -> Ask:
    """Make what reads a page of twenty, and one more as the service does."""
    return lambda session: repository.page(session, limit=21, after=after, unread=unread, kind=kind)


def operations(size: int) -> dict[str, Ask]:
    middle = Position(datetime.now(UTC) - timedelta(seconds=size / 2), UUID(int=0))  # see FILL
    return {
        "list": page(),
        "list, from the middle": page(after=middle),
        "list, one kind": page(kind="account"),
        "list, unread": page(unread=True),
        "list, unread of a kind": page(unread=True, kind="account"),
        "list, unread, none left": page(unread=True, kind="security"),
        "unread count": repository.unread,
    }


def main() -> None:
    passwords = {role: secrets.token_urlsafe() for role in (APP_USER, MIGRATOR)}
    settings = ("shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB")
    with temporary_server(settings=settings) as server:
        urls = {size: filled(server, size, passwords) for size in SIZES}
        report(anyio.run(measure, urls))


def filled(server: Server, size: int, passwords: dict[str, str]) -> str:
    """Make a database with so many notifications; return the runtime role's URL."""
    name, began = f"volume_{size}", time.monotonic()
    recipe = read_recipe(ROOT, load_config(ROOT))
    urls = provision(server, name, recipe.roles, passwords)
    migrate(ROOT, recipe.migrate, urls.environment())
    with psycopg.connect(server.superuser_url(name), autocommit=True) as connection:
        connection.execute(MAKE_ACCOUNTS, [ACCOUNTS])
        indexes = connection.execute(INDEXES).fetchall()
        for index, _ in indexes:  # made anew at the end, which is much faster
            connection.execute(SQL("drop index {}").format(Identifier(index)))
        connection.execute("alter table notifications drop constraint notifications_pkey")
        connection.execute("set session_replication_role = replica")  # no trigger for each row
        connection.execute(FILL, {"accounts": ACCOUNTS, "skew": SKEW, "size": size})
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("alter table notifications add primary key (id)")
        connection.execute("vacuum analyze")
    print(f"filled with {size:,} notifications in {time.monotonic() - began:.0f} s", flush=True)
    return urls.app


async def measure(urls: dict[int, str]) -> dict[str, dict[int, list[float]]]:
    """Time each operation on each database.

    Returns:
        How long each took, in seconds, by operation and size.
    """
    table: dict[str, dict[int, list[float]]] = {
        name: {size: [] for size in SIZES} for name in operations(SIZES[0])
    }
    async with AsyncExitStack() as stack:
        doors = {}
        for size, url in urls.items():
            doors[size] = Database(url, max_connections=1, prepare_threshold=5)
            await doors[size].open()
            stack.push_async_callback(doors[size].close)
        for number in range(WARMING + ASKED):
            owner = some_owner()
            questions = [(name, size, ask) for size in SIZES for name, ask in operations(size).items()]
            random.shuffle(questions)
            for name, size, ask in questions:
                taken = await timed(ask, doors[size], owner)
                if number >= WARMING:
                    table[name][size].append(taken)
    return table


def some_owner() -> UUID:
    """Choose an account as `FILL` does."""
    number = int(ACCOUNTS * random.random() ** SKEW)  # noqa: S311 -- no secret
    return UUID(f"00000000-0000-4000-8000-{number:012}")


async def timed(ask: Ask, door: Database, owner: UUID) -> float:
    session = door.acting_as(Principal(owner))
    began = time.perf_counter()
    await ask(session)
    return time.perf_counter() - began


def report(table: dict[str, dict[int, list[float]]]) -> None:
    small, large = SIZES
    print(f"{'p99 in ms':<26}{small:>14,}{large:>14,}{'ratio':>8}")
    for name, taken in table.items():
        few, many = (statistics.quantiles(taken[size], n=100)[98] * 1000 for size in SIZES)
        met = "ok" if many / few <= GOAL else "MISSED"
        print(f"{name:<26}{few:>14.2f}{many:>14.2f}{many / few:>8.2f}   {met}")


if __name__ == "__main__":
    main()
