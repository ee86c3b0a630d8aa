"""SQL text on a user-owned table does not show that it is bound to the caller.

SQL text is parsed and judged like a statement built from models: by its joins, sub-queries, common table
expressions and unions, with the parameters passed to it. If no condition restricts its rows to the
authenticated user, or if it cannot be read (a part is unknown, or comes from the client), it proves nothing.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "SQL text on a user-owned table is not bound to the caller"
GOOD = Example(
    with_routes("""
@router.get("/notes")
def list_notes(db: Db, me: Me):
    statement = text('SELECT note FROM "order" WHERE user_id = :me')
    return db.execute(statement, {"me": me.id}).scalars().all()
""")
)
BAD = Example(
    with_routes("""
@router.get("/notes/{order_id}")
def read_note(order_id: int, db: Db, me: Me):
    statement = text('SELECT note FROM "order" WHERE id = :id')
    return db.execute(statement, {"id": order_id}).scalars().all()
""")
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each text that is not bound."""
    return findings(
        project,
        "SW605",
        "runs SQL text on `{table}` that does not bind `{path}` to the caller.",
        "Compare {path} with a parameter that holds the authenticated user, or use the models.",
    )
