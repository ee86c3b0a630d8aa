"""A row is tied to a parent that the client named and nobody checked.

A foreign key taken from the path or body can point into another user's data: the new row appears among
theirs, or gives the caller access to what belongs to that parent. Fetch the parent with its owner
condition, or check its owner, before you use the key. Checking that it exists is not enough.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "a foreign key to a user-owned row is set without checking whose it is"
GOOD = Example(
    with_routes("""
@router.post("/lines")
def add_line(body: LineIn, db: Db, me: Me):
    order = db.exec(select(Order).where(Order.id == body.order_id, Order.user_id == me.id)).first()
    if order is None:
        raise HTTPException(404)
    line = Line(order_id=order.id, product_id=body.product_id)
    db.add(line)
    db.commit()
    return line
""")
)
BAD = Example(
    with_routes("""
@router.post("/lines")
def add_line(body: LineIn, db: Db, me: Me):
    line = Line(order_id=body.order_id, product_id=body.product_id)
    db.add(line)
    db.commit()
    return line
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each foreign key that is set unchecked."""
    return findings(
        project,
        "SW604",
        "sets `{table}` to a key that the client chose: it can point to another user's row.",
        "Fetch the parent with its owner condition first, and take the key from the row that was found.",
    )
