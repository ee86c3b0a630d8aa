"""The client names the user whose rows a statement takes.

A `user_id` in the path, query, body or a plain header is a claim, not an identity: anyone can change it and
act as another user. Take the identity from the verified credential (a `Depends` that decodes a token, loads
a session or looks up a key), or compare the claimed one with it before the statement runs. The same holds
for the owner of a new row.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "the client names the user whose rows a statement takes"
GOOD = Example(
    with_routes("""
@router.get("/users/{user_id}/orders")
def list_orders(user_id: int, db: Db, me: Me):
    if user_id != me.id:
        raise HTTPException(403)
    return db.exec(select(Order).where(Order.user_id == user_id)).all()
""")
)
BAD = Example(
    with_routes("""
@router.get("/users/{user_id}/orders")
def list_orders(user_id: int, db: Db, me: Me):
    return db.exec(select(Order).where(Order.user_id == user_id)).all()
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each statement whose user the client chooses."""
    return findings(
        project,
        "SW603",
        "takes the owner of `{table}` from the client, who can name any user: `{path}` is not the caller's.",
        "Take {path} from the authenticated user, or compare the client's value with it first.",
    )
