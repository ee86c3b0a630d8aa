"""T-087: workers as processes, killed, stopped, refused and many at once, before a real mail server."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from psycopg import sql

from specward.database.provision import Urls, role_urls
from specward.database.server import Server
from tests.app.conftest import name_of
from tests.app.core.smtp import smtp_server
from tests.app.notifications.conftest import Superuser
from tests.app.notifications.workers import MAIL_FROM, Sorting, Workplace, content_of
from tests.servers.otlp import otlp_receiver

pytestmark = pytest.mark.anyio

SOMEBODY = """
insert into accounts (email, password_hash, email_verified_at) values (%s, 'x', now()) returning id
"""
UNVERIFIED = "insert into accounts (email, password_hash) values (%s, 'x') returning id"
MAIL = """
insert into queue.procrastinate_jobs (queue_name, task_name, args) values ('default', 'send_account_mail',
    jsonb_build_object('subject', 'verify', 'account_id', %s::uuid, 'mail_id', gen_random_uuid()))
"""
NOTIFY = "insert into notifications (owner_id, kind, title) values (%s, 'account', %s)"
JOBS = """
select status::text, attempts, extract(epoch from scheduled_at - now()) from queue.procrastinate_jobs
where task_name = 'look_after'
"""
UNTIL_TABLE_AWAITED = """
do $$ begin
    while not exists (select from pg_locks where locktype = 'relation' and not granted) loop
        perform pg_sleep(0.01);
    end loop;
end $$
"""
SILENCE = "update queue.procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
ADDRESS, TITLE = "ada@example.org", "something happened"


@pytest.fixture
def database(fresh_database: Urls) -> Urls:
    """A database of its own: workers look after everybody."""
    return fresh_database


@pytest.fixture
def post() -> Sorting:
    return Sorting()


@pytest.fixture
def direct_url(server: Server, role_passwords: dict[str, str], database: Urls) -> str:
    """The runtime role's way past any pooler."""
    return role_urls(server, name_of(database), role_passwords).app


@pytest.fixture
async def place(tmp_path: Path, database: Urls, post: Sorting) -> AsyncIterator[Workplace]:
    async with smtp_server(post) as port:
        yield Workplace(tmp_path, database, port)
        post.may_answer.set()


async def add(superuser: Superuser, address: str, *titles: str) -> UUID:
    """Somebody with a verified address, who is due, and what they have not read."""
    ((account,),) = await (await superuser.execute(SOMEBODY, [address])).fetchall()
    for title in titles:
        await superuser.execute(NOTIFY, [account, title])
    return UUID(str(account))


async def jobs(superuser: Superuser) -> list[tuple[str, int]]:
    """The status and the tries of each account's job that is still there."""
    return [(status, tries) for status, tries, _ in await (await superuser.execute(JOBS)).fetchall()]


async def test_everybody_who_is_due_is_told_once(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    expected = {f"{n}@example.org": [f"for {n}"] for n in range(3)}
    for address, titles in expected.items():
        await add(superuser, address, *titles)
    await place.run("run", "--once")
    assert post.titles() == expected
    await place.run("run", "--once")
    assert len(post.envelopes) == len(expected)
    assert await jobs(superuser) == []


async def test_one_click_on_a_digest_ends_them(
    superuser: Superuser, post: Sorting, place: Workplace, client: AsyncClient
) -> None:
    """By what stands in the mail alone; of another worker than the service that takes it."""
    place.environment["ISSUER"] = "https://api.example.org"
    account = await add(superuser, ADDRESS, TITLE)
    await place.run("run", "--once")
    message = post.message(ADDRESS)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].removeprefix("<https://api.example.org").removesuffix(">")
    answer = await client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    await superuser.execute(NOTIFY, [account, "of the next day"])
    await superuser.execute("update upkeep set due_at = now()")
    await place.run("run", "--once")
    assert len(post.envelopes) == 1


async def test_without_a_public_address_there_is_nothing_to_click(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    await add(superuser, ADDRESS, TITLE)
    await place.run("run", "--once")
    assert "List-Unsubscribe" not in post.message(ADDRESS)
    assert "List-Unsubscribe-Post" not in post.message(ADDRESS)


async def test_tomorrow_comes_a_day_later(superuser: Superuser, place: Workplace) -> None:
    account = await add(superuser, ADDRESS)
    await superuser.execute("update upkeep set due_at = now() - interval '10 minutes'")
    await place.run("run", "--once")
    rows = await superuser.execute(
        "select due_at between now() + interval '23 hours' and now() + interval '23 hours 50 minutes' "
        "from upkeep where owner_id = %s",
        [account],
    )
    assert await rows.fetchall() == [(True,)]


async def test_a_worker_killed_before_the_mail_is_sent(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    await add(superuser, ADDRESS, TITLE)
    async with superuser.transaction(), place.worker("run", "--once") as process:
        await superuser.execute("lock table notification_preferences")  # the job reads it before it mails
        await superuser.execute(UNTIL_TABLE_AWAITED)
        process.kill()
        await process.communicate()
    assert (await jobs(superuser), post.envelopes) == ([("doing", 0)], [])
    await superuser.execute(SILENCE)
    await place.run("run", "--once")
    assert post.titles() == {ADDRESS: [TITLE]}
    assert await jobs(superuser) == []


async def kill_and_run_again(superuser: Superuser, post: Sorting, place: Workplace) -> None:
    """Kill a worker while the mail server has a mail of it, and let another one find the job."""
    post.may_answer.clear()
    async with place.worker("run", "--once") as process:
        await post.begun.wait()
        process.kill()
        await process.communicate()
    post.may_answer.set()
    await superuser.execute(SILENCE)
    await place.run("run", "--once")


async def test_a_worker_killed_before_the_mail_server_has_answered(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    """Nobody can know whether it was taken: it is sent again, and can be told to be the same."""
    await add(superuser, ADDRESS, TITLE)
    await kill_and_run_again(superuser, post, place)
    first, second = post.ids()
    assert first == second
    assert first.endswith(f"@{MAIL_FROM.partition('@')[2]}>")


async def test_a_worker_killed_while_it_mails_about_an_account(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    """T-089: sent again, it is the same mail with the same token."""
    ((account,),) = await (await superuser.execute(UNVERIFIED, [ADDRESS])).fetchall()
    await superuser.execute("set search_path = queue")
    await superuser.execute(MAIL, [account])
    await kill_and_run_again(superuser, post, place)
    first, second = (message_from_bytes(content_of(envelope)) for envelope in post.envelopes)
    assert first.get_payload() == second.get_payload()
    assert first["Message-ID"] == second["Message-ID"]
    assert await (await superuser.execute("select from queue.procrastinate_jobs")).fetchall() == []


async def test_a_worker_killed_after_the_mail_server_has_answered(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    await add(superuser, ADDRESS, TITLE)
    post.may_answer.clear()
    async with superuser.transaction(), place.worker("run", "--once") as process:
        await post.begun.wait()
        await superuser.execute("lock table queue.procrastinate_jobs in share mode")  # the job cannot end
        post.may_answer.set()
        await superuser.execute(UNTIL_TABLE_AWAITED)
        process.kill()
        await process.communicate()
    assert await jobs(superuser) == [("doing", 0)]
    await superuser.execute(SILENCE)
    await place.run("run", "--once")
    assert len(post.envelopes) == 1
    assert await jobs(superuser) == []


async def test_the_jobs_of_a_worker_that_lives_are_left_to_it(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    await add(superuser, ADDRESS, TITLE)
    post.may_answer.clear()
    async with place.worker("run", "--once") as process:
        await post.begun.wait()
        await place.run("run", "--once")
        post.may_answer.set()
        await process.communicate()
    assert (process.returncode, len(post.envelopes), await jobs(superuser)) == (0, 1, [])


async def test_a_worker_that_is_told_to_stop_finishes_what_it_began(
    superuser: Superuser, post: Sorting, place: Workplace, direct_url: str
) -> None:
    """It has found out by itself, by the clock, that somebody is due."""
    await add(superuser, ADDRESS, TITLE)
    post.may_answer.clear()
    async with place.worker(listen=direct_url) as process:
        await post.begun.wait()
        process.send_signal(signal.SIGTERM)
        await add(superuser, "later@example.org", "for another worker")
        post.may_answer.set()
        await process.communicate()
    assert process.returncode == 0
    await place.run("run", "--once")
    assert post.titles() == {ADDRESS: [TITLE], "later@example.org": ["for another worker"]}


async def test_two_workers_at_once_tell_everybody_once(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    addresses = [f"{n}@example.org" for n in range(20)]
    for address in addresses:
        await add(superuser, address, TITLE)
    await asyncio.gather(*(place.run("run", "--once") for _ in range(2)))
    assert Counter(envelope.rcpt_tos[0] for envelope in post.envelopes) == dict.fromkeys(addresses, 1)


async def test_a_refused_mail_is_tried_later_and_later_then_set_aside(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    account = await add(superuser, ADDRESS, TITLE)
    post.refuses = True
    delays: list[int] = []
    written = ""
    while await jobs(superuser) in ([], [("todo", len(delays))]):
        await superuser.execute("update queue.procrastinate_jobs set scheduled_at = null")
        async with place.worker("run", "--once") as process:
            written += (await process.communicate())[1].decode()
        rows = await (await superuser.execute(JOBS)).fetchall()
        delays += [round(seconds) for status, _, seconds in rows if status == "todo"]
    assert await jobs(superuser) == [("failed", 6)]
    assert delays == sorted(delays)
    assert (len(delays), delays[0] < 10, delays[-1] > 9 * 3600) == (5, True, True)
    lines = [json.loads(line) for line in written.splitlines()]
    tries = [line for line in lines if (line["event"], line.get("task")) == ("job", "look_after")]
    assert [(line["attempt"], line["account_id"]) for line in tries] == [
        (attempt, str(account)) for attempt in range(1, 7)
    ]
    assert [line["level"] for line in lines if line["event"].startswith("Job look_after")] == ["error"]
    assert ADDRESS not in written
    assert TITLE not in written


async def test_what_is_set_aside_is_seen_and_can_be_tried_again(
    superuser: Superuser, post: Sorting, place: Workplace
) -> None:
    account = await add(superuser, ADDRESS, TITLE)
    post.refuses = True
    await place.run("run", "--once")
    await superuser.execute("update queue.procrastinate_jobs set attempts = 5, scheduled_at = null")
    await place.run("run", "--once")
    job, task, arguments, tries = (await place.run("failed")).strip().split("\t")
    assert (task, arguments, tries) == ("look_after", f"account_id={account}", "6 tries")
    post.refuses = False
    await place.run("retry", job)
    assert await place.run("failed") == ""
    await place.run("run", "--once")
    assert post.titles() == {ADDRESS: [TITLE]}
    assert "Not set aside: 4021" in await place.fail("retry", "4021")


async def test_a_job_that_kills_its_worker_each_time_is_set_aside(
    superuser: Superuser, place: Workplace
) -> None:
    await add(superuser, ADDRESS)
    await superuser.execute(
        "insert into queue.procrastinate_jobs (queue_name, task_name, status, attempts) "
        "values ('default', 'look_after', 'doing', 5)"
    )
    await place.run("run", "--once")
    assert await jobs(superuser) == [("failed", 6)]


@pytest.mark.parametrize("status", ["todo", "doing"])
async def test_a_collector_hears_of_what_is_set_aside(
    superuser: Superuser, place: Workplace, status: str
) -> None:
    """Of a last try that failed, and of one whose worker died."""
    await superuser.execute("set search_path = queue")
    await superuser.execute(
        "insert into procrastinate_jobs (queue_name, task_name, status, attempts) "
        "values ('default', 'look_after', %s, 5)",  # without an account it fails
        [status],
    )
    with otlp_receiver() as received:
        place.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = received.url
        await place.run("run", "--once")
    assert await jobs(superuser) == [("failed", 6)]
    assert "app.jobs.failed" in received.metrics
    assert b"look_after" in received.raw


async def test_a_collector_hears_nothing_where_metrics_are_switched_off(place: Workplace) -> None:
    with otlp_receiver() as received:
        place.environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, "OTEL_METRICS_EXPORTER": "none"}
        await place.run("run", "--once")
    assert received.raw == b""


async def test_the_account_may_be_gone(superuser: Superuser, place: Workplace) -> None:
    await superuser.execute("set search_path = queue")
    await superuser.execute(
        "insert into queue.procrastinate_jobs (queue_name, task_name, args) "
        "values ('default', 'look_after', '{\"account_id\": \"00000000-0000-7000-8000-000000000000\"}')"
    )
    await place.run("run", "--once")
    assert await jobs(superuser) == []


async def test_without_the_queues_tables_it_says_what_to_do(
    superuser: Superuser, database: Urls, place: Workplace
) -> None:
    path = sql.SQL("alter role app_user in database {} set search_path = public")
    await superuser.execute(path.format(sql.Identifier(name_of(database))))
    assert (await place.fail()).strip().startswith("The queue's tables are not on the search path")


async def test_a_database_that_is_not_there_is_a_sentence(place: Workplace, database: Urls) -> None:
    place.environment["DATABASE_URL"] = database.app.replace(name_of(database), "nowhere")
    said = await place.fail("failed")
    assert "The database of DATABASE_URL cannot be reached" in said
    assert "Traceback" not in said


async def test_a_worker_that_loses_its_database_says_so(
    superuser: Superuser, database: Urls, post: Sorting, place: Workplace, direct_url: str
) -> None:
    """Whatever looks after the process starts it again."""
    await add(superuser, ADDRESS, TITLE)
    async with place.worker(listen=direct_url) as process:
        await post.begun.wait()
        close = sql.SQL("alter database {} connection limit 0")
        await superuser.execute(close.format(sql.Identifier(name_of(database))))
        await superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where usename = 'app_user' and datname = current_database()"
        )
        said = (await process.communicate())[1].decode()
    assert process.returncode == 1
    assert said.strip().endswith("jobs that had begun are done again.")
    assert "Traceback" not in said
