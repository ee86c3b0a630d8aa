"""A statement reaches rows of a user-owned table without being bound to the caller.

Anyone who knows or guesses an id can then read, change or delete what belongs to somebody else. A statement
is bound when it compares the owner column (or a foreign key whose parent belongs to the caller) with the
authenticated user on every path, when the row it fetched is checked before it is used, or when the caller
is an administrator. Anybody may read rows that are public, published or listed; finding a row that way does
not allow changing it.

Rows of the user table count when the client chose the key, when the members of something are listed by a
key that the client chose, and when all users are listed in a project with several organisations, or in one
where only administrators work on users elsewhere.

One missing check is one finding. Other statements of the same route that are open for the same reason (such
as the lines of an unchecked order) are listed with it; they get a finding of their own only if they change
rows and the first does not.

Ownership is read from the models (or from `CREATE TABLE`, also in SQL files up to 2 MB, where there are
none): a foreign key to the user table, directly or through a parent. What the models do not say goes into
`[tool.specward.isolation]`: `user_table`, `owner_columns`, `shared_tables`, `shown_tables`,
`permitted_tables`, `scoped_sessions`, `scoped_builders`, `checks`, `principals`, `system_scope`,
`privileged`.

A policy layer or data layer of your own may check ownership in a way that cannot be followed; then many
routes look open. Name the functions that do: `checks = ["app.policies.authorize", "app.store.Store.get"]`.
A call of one is trusted when it is given the authenticated user, as an argument or through the object that
it is a method of: the rows and keys passed to it, and what it returns, then count as the caller's. A call
without the user proves nothing, unless the function has no parameter for one and finds it in the context.
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
