"""The owner condition holds on some paths only, or is only one of several alternatives.

`if user_id is not None: query = query.where(...)` fails open: when the value is missing, the statement
returns everybody's rows. So does `or_(owner == me, other)` when `other` does not restrict the owner either.
(An alternative made of constants, such as `is_public`, counts as intended for reads.) An administrator may
go without the condition if that check derives from the authenticated user.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "the owner condition is missing on some paths"
GOOD = Example(
    with_routes("""
@router.get("/orders")
def list_orders(db: Db, me: Me):
    query = select(Order)
    if not me.is_admin:
        query = query.where(Order.user_id == me.id)
    return db.exec(query).all()
""")
)
BAD = Example(
    with_routes("""
@router.get("/orders")
def list_orders(db: Db, me: Me, mine: bool = True):
    query = select(Order)
    if mine:
        query = query.where(Order.user_id == me.id)
    return db.exec(query).all()
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each statement whose owner condition may be left out."""
    return findings(
        project,
        "SW602",
        "reaches rows of `{table}` of other users on some paths: `{path}` is not always bound.",
        "Add the condition on {path} unconditionally; let only a checked administrator go without it.",
    )
