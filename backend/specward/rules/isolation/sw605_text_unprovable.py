"""SQL text on a user-owned table does not show that it is bound to the caller.

Text is parsed and judged as statements of models are: by its joins, sub-queries, common tables and unions,
with the parameters that are passed. If no condition keeps its rows to the authenticated user, or if it
cannot be read (a piece of it is not known, or the client writes it), it proves nothing.
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
