"""
[Task]: T-078
[From]: data-model §4.1
[Description]: An index for the unread notifications of one kind.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

NAME = "notifications_owner_id_kind_created_at_id_idx1"
# One that was begun and not ended is of no use.
DROP = f"drop index concurrently if exists {NAME}"
# The words of the data model, with the name that they give.
INDEX = f"""
create index concurrently if not exists {NAME}
    on notifications (owner_id, kind, created_at desc, id desc) where read_at is null
"""


def upgrade() -> None:
    """Make the index, while everybody goes on writing."""
    with op.get_context().autocommit_block():
        op.execute(DROP)
        op.execute(INDEX)


def downgrade() -> None:
    """Drop the index."""
    with op.get_context().autocommit_block():
        op.execute(DROP)
