"""
[Task]: T-113
[From]: speckit.specify §2.11
[Description]: Decides for which account an external identity stands.
"""

from uuid import UUID, uuid4

from app.accounts.identities import repository
from app.core.asker import IdentityClaim, Principal
from app.core.database import Database


async def account_of(database: Database, identity: IdentityClaim) -> UUID:
    """Give the account of an identity. The first to ask makes it, under an id of its own and no address.

    One round trip; a second one makes the account. Of two that are first at once the second one finds the
    identity taken, has made nothing, and looks again.
    """
    known = await repository.owner(database.acting_as(identity))
    if known is not None:
        return known
    new_id = uuid4()
    if await repository.add(database.acting_as(Principal(new_id)), identity):
        return new_id
    return await account_of(database, identity)
