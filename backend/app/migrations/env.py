"""
[Task]: T-002
[From]: speckit.plan §2.1, §2.5
[Description]: Runs the revisions as the owner, each in a transaction of its own, one instance at a time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Engine, create_engine, pool, text

from app.core.settings import migration_url

# Any number that nothing else locks.
MIGRATION_LOCK = 4_021_101
LOOK_AGAIN_SECONDS = 0.2

# A migration that waits long for a table would stop everybody who comes after it.
PREPARATION = ("set role app_owner", "set lock_timeout = '5s'", "set statement_timeout = '15min'")


@contextmanager
def one_instance(engine: Engine) -> Iterator[None]:
    """Hold the lock of the migrations, on a connection of its own that is idle meanwhile.

    Whoever waits in the database for a lock holds a snapshot, and an index that is built concurrently waits
    for every snapshot: so the others look again and again instead.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(text(f"select pg_try_advisory_lock({MIGRATION_LOCK})")):
            time.sleep(LOOK_AGAIN_SECONDS)
        yield


def run() -> None:
    """Bring the database to the newest revision."""
    engine = create_engine(migration_url(), poolclass=pool.NullPool)
    with one_instance(engine), engine.connect() as connection:
        for statement in PREPARATION:
            connection.execute(text(statement))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database: leave out --sql, and set MIGRATION_DATABASE_URL.")
run()
