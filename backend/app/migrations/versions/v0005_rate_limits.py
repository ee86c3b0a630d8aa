"""
[Task]: T-114
[From]: data-model §2.6
[Description]: The counters of the limits.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

# The words of the data model, unchanged.
TABLES = """
create table rate_limits (
    bucket bytea primary key check (octet_length(bucket) = 32),
    window_start timestamptz not null default now(),
    hits integer not null default 1 check (hits > 0)
);

grant select, insert, update, delete on rate_limits to app_user;
"""


def upgrade() -> None:
    """Make rate_limits."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop rate_limits, with what is in them."""
    op.execute("drop table rate_limits")
