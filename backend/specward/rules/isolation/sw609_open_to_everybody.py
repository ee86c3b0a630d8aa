"""Rows that only their owner changes, or users, can be read by any caller.

That is how a service treats content it shows to its users: articles, profiles, offers. It also looks like
this when the check was forgotten everywhere, and the code cannot say which. So it is a question, and a
person answers it before the work passes. If everybody may read the rows, name the table in `shown_tables`
under `[tool.specward.isolation]`; it stays protected against changes by others. If not, bind the statements
that read them (SW601).

It is reported once per table, together with the tables that are part of it, and lists each place. An open
read is reported as an error instead (SW601 to SW603, SW606) if it is the only one, if other routes compare
the row before they show it (one of four may), if more than one change in three is of rows of others, or if
nobody changes any (unless the table is named after content that sites show, such as posts or products).
Counting reads of a row (`view_count`) is not a change. A change of other users' rows is always an error,
besides the question.

It is also reported, however few they are, if none of the routes that read the rows without a comparison
asks for a log-in while most other routes of the project do. A change without an owner check stays an error.

Users who are read by a key that the client chose are handled in the same way: a service may show its users
to one another. If routes compare that key with the caller only to read (one of four may), the other routes
have forgotten it, which is an error.

Rows behind a permission (`Depends(require_permission("orders.read"))`) are reported too, to read and to
change: a clerk has it for everybody's rows, a customer for their own. The dependency must refuse by the
permission that it is given. It is reported if no permission over the same thing restricts anybody to their
own rows, in projects with one organisation; a permission that says `own` opens nothing. If everyone who has
the permission may work on all rows, name the table in `permitted_tables`; it stays protected where the
permission is not asked for.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "rows that only their owner changes can be read by any caller"
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
        "shows rows of `{table}` to any caller: either everybody may see them and only their owner may "
        "change them, or `{path}` was never compared with the caller.",
        "If everybody may see them, name `{table}` in shown_tables under [tool.specward.isolation]; if not, "
        "compare {path} with the authenticated user.",
        changes=False,
    )
    yield from findings(
        project,
        "SW609",
        "checks a permission, but not the owner of `{table}`: either everyone who has it may work on all "
        "rows, or `{path}` was not compared with the caller.",
        "If everyone who has the permission may work on all rows, name `{table}` in permitted_tables under "
        "[tool.specward.isolation]; if they have it for their own rows, compare {path} with the "
        "authenticated user.",
        changes=True,
    )
