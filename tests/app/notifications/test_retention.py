"""T-088: what is past its time goes, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Composed

from app.accounts import retention as tokens
from app.core import queue, rate_limits
from app.core.database import Database
from app.core.idempotency import retention as idempotency_keys
from app.core.retention import AT_ONCE
from app.core.upkeep.service import queue_due
from app.notifications import retention as notifications
from specward.database.provision import Urls
from specward.database.server import Server
from tests.app.conftest import Person, join, name_of, settings_for
from tests.app.core.smtp import Postman, smtp_server
from tests.app.notifications.conftest import SessionOf, Superuser, id_of
from tests.app.notifications.workers import Workplace

pytestmark = pytest.mark.anyio

# Each row says by its name whether it is to stay; moments are a minute from where time is over.
ROWS: dict[str, LiteralString] = {
    "notifications": """
insert into notifications (owner_id, kind, title, created_at, read_at)
select %(owner)s, 'account', stays, now() - kept + minute, case when read then now() end
from (values ('stays', true, interval '90 days', interval '1 minute'),
             ('goes', true, '90 days', '-1 minute'),
             ('stays', false, '90 days', '-1 minute'),
             ('stays', false, '365 days', '1 minute'),
             ('goes', false, '365 days', '-1 minute')) as given (stays, read, kept, minute)
""",
    "live_streams": """
insert into live_streams (owner_id, place, expires_at)
select %(owner)s, place, now() + minute
from (values (1, interval '1 minute'), (2, '-1 minute')) as given (place, minute)
""",
    "idempotency_keys": """
insert into idempotency_keys (owner_id, operation, key, request_hash, status, body, created_at)
select %(owner)s, 'POST /', stays, sha256('x'), 200, '', now() - interval '24 hours' + minute
from (values ('stays', interval '1 minute'), ('goes', '-1 minute')) as given (stays, minute)
""",
    "mail_tokens": """
insert into mail_tokens (token_hash, owner_id, purpose, expires_at, used_at)
select sha256((stays || used || %(owner)s)::bytea), %(owner)s, 'verify', now() + minute,
    case when used then now() end
from (values ('stays', interval '1 minute'), ('goes', '-1 minute')) as given (stays, minute),
     (values (true), (false)) as either (used)
""",
    "sessions": """
with session as (
    insert into sessions (owner_id, user_agent, created_at, ended_at, end_reason)
    select %(owner)s, stays, now() - interval '31 days',
        case when ended then now() end, case when ended then 'logout' end
    from (values ('stays', false), ('stays', true), ('goes', false), ('goes', true)) as given (stays, ended)
    returning id, user_agent
)
insert into refresh_tokens (token_hash, owner_id, session_id, expires_at)
select sha256((id || n::text)::bytea), %(owner)s, id,
    now() + case when n = 2 and user_agent = 'stays' then interval '1 minute' else interval '-2 hours' end
from session, generate_series(1, 2) as n
""",
}
LEFT: dict[str, LiteralString] = {
    "notifications": "select title from notifications where owner_id = %s and title in ('stays', 'goes')",
    "live_streams": """
select case when expires_at > now() then 'stays' else 'goes' end from live_streams where owner_id = %s
""",
    "idempotency_keys": "select key from idempotency_keys where owner_id = %s",
    "mail_tokens": """
select case when expires_at > now() then 'stays' else 'goes' end from mail_tokens where owner_id = %s
""",
    "sessions": "select user_agent from sessions where owner_id = %s and user_agent in ('stays', 'goes')",
}
STAYS = {"notifications": 3, "live_streams": 1, "idempotency_keys": 1, "mail_tokens": 2, "sessions": 2}
GOES = {"notifications": 2, "live_streams": 1, "idempotency_keys": 1, "mail_tokens": 2, "sessions": 2}

EXPIRED_TOKENS = "select count(*) from refresh_tokens where owner_id = %s and expires_at < now()"
PLENTY = """
insert into notifications (owner_id, kind, title, created_at)
select %s, 'account', 'goes', now() - interval '366 days' from generate_series(1, %s)
"""
COUNTERS = """
insert into rate_limits (bucket, window_start)
select sha256((prefix || n)::bytea), now() - age from generate_series(1, %s) as n,
    (values ('goes', interval '16 minutes'), ('stays', interval '14 minutes')) as given (prefix, age)
"""
SOME_ACCOUNTS = """
insert into accounts (email, password_hash) select n || '@example.org', 'x' from generate_series(1, 10) as n
"""
SET_ASIDE = """
with given (name, status, days) as (
    values ('stays', 'todo', '{31}'::int[]), ('stays', 'failed', '{31,29}'), ('stays', 'failed', '{29}'),
        ('goes', 'failed', '{32,31}'), ('goes', 'cancelled', '{31}')
), job as (
    insert into queue.procrastinate_jobs (queue_name, task_name, status, args)
    select 'default', name, status::queue.procrastinate_job_status, jsonb_build_object('days', days)
    from generate_series(1, 5), given
    returning id, args
)
insert into queue.procrastinate_events (job_id, type, at)
select id, 'started', now() - make_interval(days => days::int)
from job, jsonb_array_elements_text(args -> 'days') as days
"""
COUNT_COUNTERS = """
with aged as (select now() - window_start as age from rate_limits)
select count(*) filter (where age > interval '15 minutes'),
    count(*) filter (where age between interval '10 minutes' and interval '15 minutes')
from aged
"""
SEALED = """
insert into sealed_answers (name, created_at)
select sha256((prefix || n)::bytea), now() - age from generate_series(1, %s) as n,
    (values ('goes', interval '24 hours 1 minute'), ('stays', interval '23 hours 59 minutes'))
        as given (prefix, age)
"""
COUNT_SEALED = """
with aged as (select now() - created_at as age from sealed_answers)
select count(*) filter (where age > interval '24 hours'), count(*) filter (where age <= interval '24 hours')
from aged
"""

Sweep = Callable[[Person], Awaitable[None]]
Forget = Callable[[Composed, int], Awaitable[list[dict[str, list[str]]]]]


@pytest.fixture
def database(fresh_database: Urls) -> Urls:
    """A database of its own: a worker looks after everybody."""
    return fresh_database


@pytest.fixture
def sweep(session_of: SessionOf) -> Sweep:
    """Sweep for one account, as the daily job does."""

    async def all_of(person: Person) -> None:
        for chore in (notifications.sweep, tokens.sweep, idempotency_keys.sweep):
            await chore(session_of(person))

    return all_of


@pytest.fixture
def forget(superuser: Superuser, session_of: SessionOf, alice: Person, bob: Person) -> Forget:
    """Change two accounts, and look after the first as the daily job does; give what both have left."""

    async def forget(change: Composed, days: int) -> list[dict[str, list[str]]]:
        for person in (alice, bob):
            await fill(superuser, person)
        await superuser.execute(change, [[id_of(alice), id_of(bob)]])
        await tokens.forget_unverified(session_of(alice), days=days)
        return [await left(superuser, person) for person in (alice, bob)]

    return forget


async def fill(superuser: Superuser, person: Person) -> None:
    """Give somebody rows of every kind, on both sides of where their time is over."""
    # What joining has left is not looked at, and the mail that waits since then would leave another token.
    await superuser.execute("delete from mail_tokens where owner_id = %s", [id_of(person)])
    await superuser.execute("truncate queue.procrastinate_jobs cascade")
    for statement in ROWS.values():
        await superuser.execute(statement, {"owner": id_of(person)})


async def left(superuser: Superuser, person: Person) -> dict[str, list[str]]:
    """What there is of each table."""
    found = {}
    for table, statement in LEFT.items():
        rows = await (await superuser.execute(statement, [id_of(person)])).fetchall()
        found[table] = sorted(text for (text,) in rows)
    return found


def expected(*, swept: bool) -> dict[str, list[str]]:
    """What there is when the rows have just been made, or been swept."""
    return {table: ["goes"] * (0 if swept else GOES[table]) + ["stays"] * STAYS[table] for table in STAYS}


async def count(superuser: Superuser, statement: LiteralString, *arguments: object) -> Any:
    row = await (await superuser.execute(statement, arguments)).fetchone()
    assert row is not None
    return row if len(row) > 1 else row[0]


async def test_nothing_younger_and_nobody_else_is_touched(
    superuser: Superuser, sweep: Sweep, alice: Person, bob: Person
) -> None:
    await fill(superuser, alice)
    await fill(superuser, bob)
    assert await left(superuser, alice) == expected(swept=False)
    await sweep(alice)
    assert await left(superuser, alice) == expected(swept=True)
    assert await count(superuser, EXPIRED_TOKENS, id_of(alice)) == 0
    assert await left(superuser, bob) == expected(swept=False)
    assert (await alice.call("GET", "/v1/auth/sessions")).json()["items"][0]["current"]


async def test_however_many_there_are_and_by_two_at_once(
    superuser: Superuser, sweep: Sweep, alice: Person
) -> None:
    await fill(superuser, alice)
    await superuser.execute(PLENTY, [id_of(alice), 2 * AT_ONCE + 1])
    await asyncio.gather(sweep(alice), sweep(alice))
    await sweep(alice)  # what one of the two passed over because the other held it
    assert await left(superuser, alice) == expected(swept=True)


async def test_nobody_is_waited_for(
    server: Server, database: Urls, superuser: Superuser, sweep: Sweep, alice: Person
) -> None:
    """A row that somebody holds is left for the next time."""
    await fill(superuser, alice)
    url = server.superuser_url(name_of(database))
    async with await psycopg.AsyncConnection.connect(url) as somebody:
        await somebody.execute(
            "select from notifications where title = 'goes' order by id limit 1 for update"
        )
        await asyncio.wait_for(sweep(alice), 10)
    assert (await left(superuser, alice))["notifications"].count("goes") == 1
    await sweep(alice)
    assert await left(superuser, alice) == expected(swept=True)


async def test_counters_go_when_their_window_is_over(superuser: Superuser, door: Database) -> None:
    await superuser.execute(COUNTERS, [rate_limits.SWEPT_AT_ONCE + 1])
    await asyncio.gather(rate_limits.sweep(door), rate_limits.sweep(door))
    await rate_limits.sweep(door)
    assert await count(superuser, COUNT_COUNTERS) == (0, rate_limits.SWEPT_AT_ONCE + 1)


async def test_sealed_answers_go_after_their_day(superuser: Superuser, door: Database) -> None:
    await superuser.execute(SEALED, [AT_ONCE + 1])
    await asyncio.gather(idempotency_keys.sweep_sealed(door), idempotency_keys.sweep_sealed(door))
    await idempotency_keys.sweep_sealed(door)
    assert await count(superuser, COUNT_SEALED) == (0, AT_ONCE + 1)


@pytest.mark.parametrize(
    ("registered", "days", "stays"),
    [
        ("created_at = now() - interval '30 days' + interval '1 minute'", 30, True),
        ("created_at = now() - interval '30 days' - interval '1 minute'", 30, False),
        ("created_at = now() - interval '8 days'", 7, False),
        ("created_at = now() - interval '9 years'", 0, True),
        ("created_at = now() - interval '9 years', email_verified_at = now()", 30, True),
        ("created_at = now() - interval '9 years', email = null, password_hash = null", 30, True),
    ],
)
async def test_who_never_verifies_goes_with_all_they_own(
    superuser: Superuser, forget: Forget, registered: LiteralString, days: int, *, stays: bool
) -> None:
    """A verified address stays, and whoever has none; and so do all others."""
    statement = SQL("update accounts set {} where id = any(%s)").format(SQL(registered))
    forgotten, other = await forget(statement, days)
    assert (forgotten == expected(swept=False)) == stays
    assert stays or not any(forgotten.values())
    assert other == expected(swept=False)
    rows = await superuser.execute("select count(*) from accounts")
    assert await rows.fetchall() == [(1 + int(stays),)]


async def test_a_worker_takes_the_days_of_its_settings(
    superuser: Superuser, database: Urls, tmp_path: Path, alice: Person, bob: Person
) -> None:
    """Whoever is gone logs in no more, and may register anew."""
    await superuser.execute(
        "update accounts set created_at = now() - interval '11 days' where id = any(%s)",
        [[id_of(alice), id_of(bob)]],
    )
    await superuser.execute("update accounts set email_verified_at = now() where id = %s", [id_of(bob)])
    async with smtp_server(Postman()) as port:
        place = Workplace(tmp_path, database, port)
        place.environment["UNVERIFIED_ACCOUNT_DAYS"] = "10"
        await place.run("run", "--once")
    assert (await bob.call("GET", "/v1/account")).status_code == 200
    assert (await alice.call("GET", "/v1/account")).status_code == 401
    assert await join(alice.client, alice.email)


async def test_a_worker_does_all_of_it(
    superuser: Superuser, database: Urls, tmp_path: Path, alice: Person, bob: Person
) -> None:
    for person in (alice, bob):
        await fill(superuser, person)
    await superuser.execute(COUNTERS, [1])
    async with smtp_server(Postman()) as port:
        await Workplace(tmp_path, database, port).run("run", "--once")
    for person in (alice, bob):
        assert await left(superuser, person) == expected(swept=True)
    assert await count(superuser, COUNT_COUNTERS) == (0, 1)


async def test_what_was_set_aside_is_forgotten_after_a_month(
    superuser: Superuser, database: Urls, tmp_path: Path
) -> None:
    for days in (29, 31):
        await superuser.execute(
            "with job as (insert into queue.procrastinate_jobs (queue_name, task_name, status, attempts) "
            "values ('default', 'look_after', 'failed', %s) returning id) "
            "insert into queue.procrastinate_events (job_id, type, at) "
            "select id, 'failed', now() - make_interval(days => %s) from job",
            [days, days],
        )
    async with smtp_server(Postman()) as port:
        place = Workplace(tmp_path, database, port)
        await place.run("run", "--once")
        assert (await place.run("failed")).strip().endswith("29 tries")


async def test_any_number_of_what_was_set_aside_is_forgotten_some_at_a_time(
    superuser: Superuser, database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is waiting stays, and what has failed or was tried again lately."""
    await superuser.execute("set search_path = queue")
    monkeypatch.setattr(queue, "FORGOTTEN_AT_ONCE", 2)
    await superuser.execute(SET_ASIDE)
    jobs = queue.make_queue(settings_for(database.app))
    async with jobs.open_async():
        await queue.forget(jobs)
    left = await superuser.execute("select distinct task_name from queue.procrastinate_jobs")
    assert await left.fetchall() == [("stays",)]
    counted = await superuser.execute("select count(*) from queue.procrastinate_jobs")
    assert await counted.fetchall() == [(15,)]


async def test_looking_for_who_is_due_ends_in_time_and_is_gone_on_with(
    superuser: Superuser, door: Database
) -> None:
    await superuser.execute(SOME_ACCOUNTS)
    queued: list[UUID] = []

    async def enqueue(account_id: UUID) -> None:
        queued.append(account_id)
        await asyncio.sleep(0.1)

    await queue_due(door, enqueue, seconds=0.25)
    assert 1 < len(queued) < 6
    await queue_due(door, enqueue)
    assert len(queued) == len(set(queued)) == 10
