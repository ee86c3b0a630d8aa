"""A statement reaches rows of a user-owned table without being bound to the caller.

Who knows or guesses an id reads, changes or deletes what belongs to somebody else. A statement is bound
when it compares the owner column (or a foreign key whose parent is the caller's) with the authenticated
user, on every path; when the row it fetched is checked before anything is done with it; or when the caller
is an administrator. A statement for rows that are public, published or listed may be read by anybody, and
what it finds is not to be changed for that.

Rows of the user table are reached where the client chose the key, or where all of them are looked through: if
there are several organisations, or if it is for administrators alone to work on users elsewhere.

One missing check is one finding. Statements of the same route that are open for the same reason (the lines of
an order that nobody compared with the caller) are named beside it, and told by themselves only where they
change rows and it does not.

Ownership is read from the models (where a table has none, from `CREATE TABLE`, in files of SQL up to 2 MB
too): a foreign key to the user table, directly or by way of a parent. What they do not say stands in
`[tool.specward.isolation]`: `user_table`, `owner_columns`, `shared_tables`, `shown_tables`,
`permitted_tables`, `scoped_sessions`, `scoped_builders`, `checks`, `principals`, `system_scope`,
`privileged`.

A policy or a data layer of your own may check in a way that cannot be followed; then many routes look open.
Name the functions that keep rows to the caller: `checks = ["app.policies.authorize", "app.store.Store.get"]`.
A call of one is believed where it is told who asks, by an argument or by the object that it is a method of:
what it is given, and what it returns, is the caller's from then on. A call that is not told proves nothing.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.unseen import notes
from specward.rules.isolation.world import with_routes

SUMMARY = "a statement on a user-owned table is not bound to the caller"
GOOD = Example(
    with_routes("""
@router.get("/orders/{order_id}")
def read_order(order_id: int, db: Db, me: Me):
    order = db.get(Order, order_id)
    if order is None or order.user_id != me.id:
        raise HTTPException(404)
    return order
""")
)
BAD = Example(
    with_routes("""
@router.get("/orders/{order_id}")
def read_order(order_id: int, db: Db, me: Me):
    order = db.get(Order, order_id)
    if order is None:
        raise HTTPException(404)
    return order
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each statement that is not bound, and say where too little was seen."""
    sight = project.isolation.sight
    for note in notes(sight) if sight is not None else ():
        project.note(note)
    return findings(
        project,
        "SW601",
        "reaches rows of `{table}` that belong to other users: nothing binds `{path}` to the caller.",
        "Compare {path} with the authenticated user in the statement, or check it before the row is used.",
    )
