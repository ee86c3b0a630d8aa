"""
[Task]: T-087, T-088, T-089
[From]: speckit.specify §4.9, §4.10, §6.6, speckit.plan §5.2, §5.3, §6.3
[Description]: The worker's process: does jobs; shows those that were set aside.
"""

import asyncio
import logging
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from app.core import logs, queue
from app.core.database import Database
from app.core.keys import keys_of
from app.core.mail import mailer_for
from app.core.settings import Settings, SettingsError, load_settings
from app.core.startup import StartError, database_of, open_database
from app.core.telemetry import export_metrics
from app.core.upkeep.service import queue_due
from app.jobs import add_account_mails, add_upkeep, clear, post_of

LOST = "The worker has lost its database. Start it again; jobs that had begun are done again."


class Opened(NamedTuple):
    """What every command works with."""

    database: Database
    jobs: App


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """Open the database and its queue.

    Raises:
        StartError: The database is not as it must be.
    """
    database, jobs = database_of(settings), queue.make_queue(settings)
    await open_database(database)
    try:
        async with jobs.open_async():
            await queue.check_queue(jobs)
            yield Opened(database, jobs)
    finally:
        await database.close()


async def run(settings: Settings, *, once: bool = False) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT, or until everybody who is due has been looked after.

    Raises:
        StartError: The database is not as it must be, or was lost.
    """
    export_metrics()
    async with opened(settings) as (database, jobs):
        keys, mailer = keys_of(settings), mailer_for(settings)
        add_account_mails(jobs, database, post_of(settings, keys, mailer))
        enqueue = add_upkeep(jobs, database, settings, keys, mailer)
        logs.configure()  # until here a person may be reading, who wants the sentences plain
        logging.getLogger("procrastinate").setLevel(logging.WARNING)  # we have a line of our own
        if once:
            await queue.recover(jobs)
            await clear(jobs, database)
            await queue_due(database, enqueue)
        await _until_told(queue.work(jobs, settings, stay=not once), once=once)


async def _until_told(work: Coroutine[object, object, None], *, once: bool) -> None:
    working = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        return
    if not once:
        raise StartError(LOST)


async def show(settings: Settings) -> None:
    """Print the jobs that were set aside, a line for each."""
    async with opened(settings) as (_, jobs):
        for job in await queue.set_aside(jobs):
            arguments = " ".join(f"{name}={value}" for name, value in job.task_kwargs.items())
            sys.stdout.write(f"{job.id}\t{job.task_name}\t{arguments}\t{job.attempts} tries\n")


async def retry(settings: Settings, job_ids: Sequence[int]) -> None:
    """Give jobs that were set aside one more try; all of them if none is named.

    Raises:
        StartError: One of them is not set aside.
    """
    async with opened(settings) as (_, jobs):
        known = {job.id for job in await queue.set_aside(jobs) if job.id is not None}
        if unknown := set(job_ids) - known:
            raise StartError(
                f"Not set aside: {', '.join(map(str, sorted(unknown)))}. `failed` lists those that are."
            )
        for job_id in job_ids or sorted(known):
            await queue.try_again(jobs, job_id)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m app.worker", description="Do the jobs of the queue.")
    parser.set_defaults(once=False)
    commands = parser.add_subparsers(dest="command")
    running = commands.add_parser("run", help="do jobs until told to stop (the default)")
    running.add_argument("--once", action="store_true", help="look after all who are due, then end")
    commands.add_parser("failed", help="list the jobs that were set aside: id, what, for whom, tries")
    again = commands.add_parser("retry", help="give jobs that were set aside one more try")
    again.add_argument("job_id", nargs="*", type=int, help="all of them if none is named")
    return parser.parse_args()


def main() -> None:
    """Run one of the commands."""
    arguments = _arguments()
    try:
        settings = load_settings()
        if arguments.command == "failed":
            asyncio.run(show(settings))
        elif arguments.command == "retry":
            asyncio.run(retry(settings, arguments.job_id))
        else:
            asyncio.run(run(settings, once=arguments.once))
    except (SettingsError, StartError) as error:
        sys.exit(str(error))
    except (ConnectorException, OperationalError):
        sys.exit(LOST)


if __name__ == "__main__":
    main()
