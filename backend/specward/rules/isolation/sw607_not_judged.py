"""A route is too large to be judged: the analysis stopped before it had seen everything.

The analysis follows a route through the functions it calls, up to a depth and an amount of work that no
ordinary route needs. Where that is not enough, nothing was proved of the rest, and silence would be a
promise that nobody kept. A warning, because nothing was found either: read the route yourself, or give
its parts routes of their own.
"""

from collections.abc import Iterable

from specward.findings import Finding, Severity
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import with_routes

SUMMARY = "a route is too large for its isolation to be judged"
_STEPS = 24
GOOD = Example(
    with_routes("""
@router.get("/orders")
def list_orders(db: Db, me: Me):
    return db.exec(select(Order).where(Order.user_id == me.id)).all()
""")
)
BAD = Example(
    with_routes(
        "".join(f"def step_{n}(value): return step_{n + 1}(value)\n" for n in range(_STEPS))
        + f"""
def step_{_STEPS}(value):
    return value


@router.get("/steps")
def walk(db: Db, me: Me):
    return step_0(me.id)
"""
    )
)


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each route that was not judged to its end."""
    return findings(
        project,
        "SW607",
        "was not judged to its end: it calls too much, or too deep.",
        "Split it into smaller routes; or read it yourself, and write `# specward: allow SW607 -- why`.",
        Severity.WARNING,
    )
