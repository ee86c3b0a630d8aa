"""
[Task]: T-087
[From]: data-model §2.7, speckit.plan §2.5
[Description]: The accounts that were there before upkeep get their row, some at a time.
"""

from alembic import op

revision = "0011b"
down_revision = "0011"

# Row security hides accounts from their owner too.
SEE = (
    "drop policy if exists accounts_fill on accounts",
    "create policy accounts_fill on accounts to app_owner using (true)",
)
UNSEE = "drop policy accounts_fill on accounts"

# They are looked after at different times of the day. Whoever deletes an account waits for its batch.
BATCH = """
with batch as materialized (
    select id from accounts where id > %(beyond)s order by id limit 10000 for key share
), filled as (
    insert into upkeep (owner_id, due_at) select id, now() + random() * interval '1 day' from batch
    on conflict do nothing
)
select id from batch order by id desc limit 1
"""
BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """Fill upkeep. What has been done stays done if it ends in between, and is passed over the next time."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for statement in SEE:
            connection.exec_driver_sql(statement)
        beyond: object = BEFORE_ALL
        while beyond is not None:
            beyond = connection.exec_driver_sql(BATCH, {"beyond": beyond}).scalar()
        connection.exec_driver_sql(UNSEE)


def downgrade() -> None:
    """Leave the rows: they go with the table."""
