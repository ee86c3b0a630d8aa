"""
[Task]: T-087, T-088
[From]: speckit.specify §4.9, speckit.plan §2.7, §5.2
[Description]: The queue on the service's own database: when a job is tried again, and where it ends.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

import structlog
from opentelemetry import metrics
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from structlog.contextvars import bound_contextvars

from app.core.database import RECONNECT_SECONDS
from app.core.settings import Settings
from app.core.startup import StartError

logger: structlog.stdlib.BoundLogger = structlog.get_logger("app.queue")

# One walk along the jobs. The library's own statement reads all events of all jobs at once: those of some
# hundred thousand that were set aside take longer than a statement may.
_FORGET = """
with walked as materialized (
    select id, status from procrastinate_jobs where id > %(beyond)s order by id limit %(at_once)s
), gone as (
    delete from procrastinate_jobs as job using walked
    where job.id = walked.id and walked.status not in ('todo', 'doing') and job.status = walked.status
        and not exists (select from procrastinate_events as event
                        where event.job_id = job.id and event.at >= now() - %(kept_for)s)
)
select max(id) as beyond from walked
"""

_failed = metrics.get_meter("app.queue").create_counter("app.jobs.failed", "{job}", "Jobs set aside")

# Tried again after 8 seconds, 64 seconds, 9 minutes, 68 minutes and 9 hours.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=8)
KEPT_FOR = timedelta(days=30)
FORGOTTEN_AT_ONCE = 1000
CONNECTIONS = 4
STOP_SECONDS = 30.0  # somewhat more than a mail may take

MISSING = (
    "The queue's tables are not on the search path of the database role: run "
    "backend/app/migrations/roles.sql once more, then the migrations."
)


def make_queue(settings: Settings) -> App:
    """Describe the queue. Its statements hold nothing between transactions, so any pooler will do."""
    url = settings.listen_database_url or settings.database_url
    connector = PsycopgConnector(
        conninfo=url.get_secret_value(),
        min_size=1,
        max_size=CONNECTIONS,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={"prepare_threshold": settings.prepare_threshold, "application_name": "queue"},
    )
    return App(connector=connector)


async def check_queue(queue: App) -> None:
    """Look for the queue's tables.

    Raises:
        StartError: They are not to be found.
    """
    if not await queue.check_connection_async():
        raise StartError(MISSING)


async def work(queue: App, settings: Settings, *, stay: bool = True) -> None:
    """Do jobs until cancelled; those that have begun are finished first, or else given back.

    It hears of new jobs at once where there is a direct connection to listen on, and else looks every five
    seconds.

    Args:
        queue: Open, and knowing its jobs.
        settings: How many jobs at a time, and where to listen.
        stay: Whether to wait for more when there is nothing left to do.
    """
    await queue.run_worker_async(
        wait=stay,
        concurrency=settings.database_max_connections,
        listen_notify=settings.listen_database_url is not None,
        delete_jobs="successful",
        install_signal_handlers=False,
        shutdown_graceful_timeout=STOP_SECONDS,
        worker_middleware=[_log_job],
    )


async def recover(queue: App) -> None:
    """Give the jobs of workers that died to the others; dying counts as a try."""
    for job in await queue.job_manager.get_stalled_jobs():
        logger.warning("job recovered", job_id=job.id, task=job.task_name, attempt=job.attempts + 1)
        if RETRY.max_attempts is not None and job.attempts >= RETRY.max_attempts:
            await queue.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            _failed.add(1, {"task": job.task_name})
        else:
            await queue.job_manager.retry_job(job)


async def forget(queue: App) -> None:
    """Delete what was set aside and has not been looked at for long, some at a time."""
    beyond: int | None = 0
    while beyond is not None:
        row = await queue.connector.execute_query_one_async(
            _FORGET, beyond=beyond, at_once=FORGOTTEN_AT_ONCE, kept_for=KEPT_FOR
        )
        beyond = row["beyond"]


async def set_aside(queue: App) -> list[Job]:
    """List the jobs that failed for good, oldest first."""
    return [*await queue.job_manager.list_jobs_async(status=Status.FAILED.value)]


async def try_again(queue: App, job_id: int) -> None:
    """Give a job that was set aside one more try, now.

    Raises:
        ConnectorException: It is not set aside.
    """
    await queue.job_manager.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))


async def _log_job(proceed: Callable[[], Awaitable[object]], context: JobContext, _: Worker) -> object:
    """Log one line for each try. Arguments are ids; what an error says is left out, it may quote anybody."""
    job, started = context.job, perf_counter()
    outcome = "failed"
    with bound_contextvars(job_id=job.id, task=job.task_name, **job.task_kwargs):
        try:
            result = await proceed()
        except Exception as error:
            task = context.app.tasks.get(job.task_name)
            if task is None or task.get_retry_exception(exception=error, job=job) is None:
                _failed.add(1, {"task": job.task_name})
            raise
        else:
            outcome = "done"
            return result
        finally:
            milliseconds = round((perf_counter() - started) * 1000, 1)
            log = logger.info if outcome == "done" else logger.warning
            log(
                "job",
                outcome=outcome,
                attempt=job.attempts + 1,
                milliseconds=milliseconds,
                exc_info=outcome != "done",
            )
