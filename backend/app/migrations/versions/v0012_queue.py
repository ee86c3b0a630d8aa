"""
[Task]: T-087
[From]: speckit.plan §5.2
[Description]: The queue's own tables and functions, as its library has them, in a schema of their own.
"""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011b"

# A copy: what the library brings with a later version is for a later revision to do.
SCHEMA = Path(__file__).with_suffix(".sql")

GRANTS = """
grant select, insert, update, delete on all tables in schema queue to app_user;
grant usage on all sequences in schema queue to app_user;
"""

# The schema itself is not ours: whoever makes the roles makes it.
EMPTY = """
do $$
declare
    drops text;
begin
    select string_agg(format('drop table %s cascade;', oid::regclass), ' ') into drops
        from pg_class where relnamespace = 'queue'::regnamespace and relkind = 'r';
    execute drops;
    select string_agg(format('drop routine %s cascade;', oid::regprocedure), ' ') into drops
        from pg_proc where pronamespace = 'queue'::regnamespace;
    execute drops;
    select string_agg(format('drop type %s cascade;', oid::regtype), ' ') into drops
        from pg_type where typnamespace = 'queue'::regnamespace and typtype in ('c', 'e');
    execute drops;
end
$$;
"""

MISSING = "The schema `queue` is missing: run backend/app/migrations/roles.sql once more, which makes it."


def upgrade() -> None:
    """Make what procrastinate needs."""
    connection = op.get_bind()
    if connection.exec_driver_sql("select to_regnamespace('queue')").scalar_one() is None:
        raise SystemExit(MISSING)
    connection.exec_driver_sql("set local search_path = queue")
    # The driver looks for placeholders.
    connection.exec_driver_sql(SCHEMA.read_text(encoding="utf-8").replace("%", "%%"))
    connection.exec_driver_sql("set local search_path to default")
    connection.exec_driver_sql(GRANTS)


def downgrade() -> None:
    """Empty the schema, with the jobs that wait in it."""
    op.execute(EMPTY)
