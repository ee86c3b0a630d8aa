## [Task]: T-002
## [From]: speckit.plan §2.5
## [Description]: What a new revision looks like; its header is filled in by whoever writes it.
"""
<%text>[Task]:</%text>
<%text>[From]:</%text>
<%text>[Description]:</%text> ${message}.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
    op.execute("")
