"""
[Task]: T-002
[From]: speckit.plan §2.1, §2.5
[Description]: Runs the revisions as the owner, in one transaction, one instance at a time.
"""

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.core.settings import migration_url

# Any number that nothing else locks.
MIGRATION_LOCK = 4_021_101

# The lock comes first: an instance may wait long for another one's migrations, but a migration that waits
# long for a table would stop everybody who comes after it.
PREPARATION = (
    "set local role app_owner",
    f"select pg_advisory_xact_lock({MIGRATION_LOCK})",
    "set local lock_timeout = '5s'",
    "set local statement_timeout = '15min'",
)


def run() -> None:
    """Bring the database to the newest revision."""
    engine = create_engine(migration_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            for statement in PREPARATION:
                connection.execute(text(statement))
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database: leave out --sql, and set MIGRATION_DATABASE_URL.")
run()
