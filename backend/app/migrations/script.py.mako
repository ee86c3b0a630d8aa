"""
[Task]: T-XXX
[From]: data-model §X.X
[Description]: ${message}.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
    op.execute("")
