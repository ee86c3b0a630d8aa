"""
[Task]: T-078
[From]: data-model §4.1
[Description]: An index for the unread notifications of one kind.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

# The words of the data model, unchanged. The table is only six revisions old and small; to build the index
# concurrently would mean to leave the one transaction that keeps instances from migrating at once.
INDEX = """
-- squawk-ignore require-concurrent-index-creation
create index on notifications (owner_id, kind, created_at desc, id desc) where read_at is null;
"""


def upgrade() -> None:
    """Make the index."""
    op.execute(INDEX)


def downgrade() -> None:
    """Drop the index."""
    op.execute("drop index notifications_owner_id_kind_created_at_id_idx1")
