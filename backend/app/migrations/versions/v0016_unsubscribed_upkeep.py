"""
[Task]: T-087
[From]: data-model §2.7
[Description]: Whether digests were unsubscribed from, and how often mail was switched on again.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

# The words of the data model, unchanged. No row is written: a constant default is kept with the column.
COLUMNS = """
alter table upkeep
    add column unsubscribed_at timestamptz,
    add column resubscriptions integer not null default 0
"""


def upgrade() -> None:
    """Add the columns, which who does not know them leaves alone."""
    op.execute(COLUMNS)


def downgrade() -> None:
    """Drop the columns: a link that was used works again."""
    op.execute("alter table upkeep drop column resubscriptions, drop column unsubscribed_at")
