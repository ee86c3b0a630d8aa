"""
[Task]: T-113
[From]: speckit.specify §2.11, data-model §2.1, §2.2
[Description]: The statements on identities.
"""

from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, null, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts import schemas
from app.accounts.models import Account, Identity
from app.core.asker import IdentityClaim, Principal
from app.core.database import Session
from app.core.statement import prepare

_OWNER = prepare(select(col(Identity.owner_id)), into=UUID, by=IdentityClaim)

_new_account = insert(Account).values(email=null()).returning(col(Account.id)).cte("new_account")
_ADD = prepare(
    insert(Identity)
    .values(issuer=bindparam("issuer"), subject=bindparam("subject"))
    .returning(col(Identity.owner_id))
    .add_cte(_new_account),
    into=UUID,
)

_ALL = prepare(
    select(col(Identity.issuer), col(Identity.subject), col(Identity.created_at)).order_by(
        col(Identity.created_at)
    ),
    into=schemas.Identity,
)


async def owner(session: Session[IdentityClaim]) -> UUID | None:
    """Find the account of the claimed identity; None if it has none."""
    return await session.first(_OWNER)


async def add(session: Session[Principal], identity: IdentityClaim) -> bool:
    """Make the principal's account together with its identity; tell whether the identity had none."""
    try:
        await session.run(_ADD, issuer=identity.issuer, subject=identity.subject)
    except UniqueViolation:
        return False
    return True


async def identities(session: Session[Principal]) -> list[schemas.Identity]:
    """Read the principal's identities."""
    return await session.run(_ALL)
