## [Task]: T-002
## [From]: speckit.plan §2.5
## [Description]: What a new revision begins as; its header is for whoever knows the task.
"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
    op.execute("")
