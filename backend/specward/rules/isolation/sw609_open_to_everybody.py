"""Rows that only their owner changes, or users, are read by whoever asks.

That is how a service treats what it shows to its users: articles, profiles, offers. It is also how it looks
when the check was forgotten each time, and the code does not say which. So it is a question, and a person
answers it before the work passes: if the rows are everybody's to see, name the table in `shown_tables` under
`[tool.specward.isolation]`, and it stays guarded against being changed by others; if they are not, bind what
reads them (SW601).

It is asked once for a table, with the tables that are part of it, and lists each place. An open read is told
as a fault (SW601 to SW603, SW606) and no question where it is the only one, where other routes compare the
row before they show it (one of four may), where more than one change in three is of rows of others, and where
nobody changes any (unless it is called after what sites show: posts, products). To count who reads a row
(`view_count`) is no change of it. What changes rows of others is a fault in any case, beside the question.

Where none of the routes that read it without a comparison asks for a log-in, as most others of the project
do, it is asked, too, however few they are; a change of what is anybody's stays a fault.

Users who are read by a key that the client chose are asked about in the same way: a service may show its
users to one another. Where routes compare that key with the caller only to read (one of four may), the others
have forgotten it, which is a fault.

Rows behind a permission (`Depends(require_permission("orders.read"))`) are asked about, too, to read and to
change: a clerk has it for the rows of all, a customer for their own. The dependency must refuse by the
permission that it is given. It is asked where no permission over the same thing holds anybody to their own
rows, as long as there is one organisation; a permission that says `own` opens nothing. If all who have it may
work on all rows, name the table in `permitted_tables`; without a permission it stays guarded.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "rows that only their owner changes are read by whoever asks"
_ROUTES = """
@router.get("/orders")
def list_orders(db: Db, me: Me):
    return db.exec(select(Order)WHERE).all()


@router.get("/orders/{order_id}")
def read_order(order_id: int, db: Db, me: Me):
    return db.exec(select(Order).where(Order.id == order_id)WHERE).one()


@router.delete("/orders/{order_id}")
def delete_order(order_id: int, db: Db, me: Me):
    db.delete(db.exec(select(Order).where(Order.id == order_id, Order.user_id == me.id)).one())
"""
GOOD = Example(with_routes(_ROUTES.replace("WHERE", ".where(Order.user_id == me.id)")))
BAD = Example(with_routes(_ROUTES.replace("WHERE", "")))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each table that seems to be everybody's to see, or all's who have a permission."""
    yield from findings(
        project,
        "SW609",
        "shows rows of `{table}` to whoever asks: they are everybody's to see, and only for their owner to "
        "change, or else `{path}` is never compared with the caller.",
        "If everybody may see them, name `{table}` in shown_tables under [tool.specward.isolation]; if not, "
        "compare {path} with the authenticated user.",
        changes=False,
    )
    yield from findings(
        project,
        "SW609",
        "asks for a permission, and not whose rows of `{table}` it reaches: all who have it work on the rows "
        "of all, or else `{path}` is not compared with the caller.",
        "If all who have the permission may work on all of them, name `{table}` in permitted_tables under "
        "[tool.specward.isolation]; if they have it for their own rows, compare {path} with the "
        "authenticated user.",
        changes=True,
    )
