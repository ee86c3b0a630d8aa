"""
[Task]: T-002
[From]: data-model §1.2, §1.3, speckit.plan §2.4
[Description]: Where ids come from; what the runtime role may look at to know the schema's version.
"""

from alembic import op

revision = "0001"
down_revision = None

UUIDV7_SINCE = 180_000


def upgrade() -> None:
    """Make new_id(); let the runtime role read the version."""
    version = op.get_bind().exec_driver_sql("show server_version_num").scalar_one()
    body = "uuidv7()" if int(version) >= UUIDV7_SINCE else "gen_random_uuid()"
    op.execute(
        f"create function new_id() returns uuid language sql volatile parallel safe as 'select {body}'"
    )
    op.execute("grant select on alembic_version to app_user")


def downgrade() -> None:
    """Take both back."""
    op.execute("revoke select on alembic_version from app_user")
    op.execute("drop function new_id()")
