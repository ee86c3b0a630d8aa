"""A relationship leads from a shared row to rows of other users.

A product, label or category belongs to nobody, but the collection that hangs on it holds everybody's rows.
Following it in Python runs no visible statement, so there is no condition to check. Select the rows with
their owner condition instead, or keep only the caller's rows before you use them.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "a relationship leads from a shared row to rows of other users"
GOOD = Example(
    with_routes("""
@router.get("/products/{product_id}/lines")
def list_lines(product_id: int, db: Db, me: Me):
    mine = select(Line).join(Order).where(Line.product_id == product_id, Order.user_id == me.id)
    return db.exec(mine).all()
""")
)
BAD = Example(
    with_routes("""
@router.get("/products/{product_id}/lines")
def list_lines(product_id: int, db: Db, me: Me):
    product = db.get(Product, product_id)
    if product is None:
        raise HTTPException(404)
    return product.lines
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each relationship that escapes."""
    return findings(
        project,
        "SW606",
        "follows a relationship to every row of `{table}`: nothing binds `{path}` to the caller.",
        "Select the rows with a condition on {path} that takes the authenticated user.",
    )
