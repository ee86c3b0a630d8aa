"""
[Task]: T-101
[From]: speckit.specify §2.1, data-model §2.1, speckit.plan §2.5
[Description]: Addresses that were there before are found by the ASCII letters of their domain.
"""

from collections.abc import Iterator
from uuid import UUID

import idna
from alembic import op
from sqlalchemy import Connection

revision = "0017"
down_revision = "0016"

# Row security hides accounts from their owner too.
SEE = (
    "drop policy if exists accounts_fill on accounts",
    "create policy accounts_fill on accounts to app_owner using (true)",
)
UNSEE = "drop policy accounts_fill on accounts"

BEFORE_ALL = UUID(int=0)
FOUND = """
select id, email from accounts where id > %(beyond)s and octet_length(email) > char_length(email)
order by id limit 1000
"""
# Where both spellings have an account, they stay two.
RENAME = """
update accounts set email = %(ascii)s where id = %(id)s and char_length(%(ascii)s::text) <= 254
and not exists (select from accounts as twin where twin.email = %(ascii)s)
"""


def upgrade() -> None:
    """Rename them, one at a time. What has been done stays done if it ends in between.

    Until the instances of the release before have ended, those find nobody by the other spelling. What they
    register under it meanwhile is for the next release to rename, before it lets the database refuse it.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for statement in SEE:
            connection.exec_driver_sql(statement)
        for account_id, email in _spelled_otherwise(connection):
            if (ascii_email := _in_ascii(email)) is not None:
                connection.exec_driver_sql(RENAME, {"id": account_id, "ascii": ascii_email})
        connection.exec_driver_sql(UNSEE)


def _spelled_otherwise(connection: Connection) -> Iterator[tuple[UUID, str]]:
    beyond = BEFORE_ALL
    while rows := connection.exec_driver_sql(FOUND, {"beyond": beyond}).all():
        for account_id, email in rows:
            yield account_id, email
            beyond = account_id


def _in_ascii(email: str) -> str | None:
    """Write the domain in ASCII; None where it has no such form."""
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return None


def downgrade() -> None:
    """Leave them: mail goes to the same place."""
