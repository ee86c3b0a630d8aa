"""A route is too large to be judged: the analysis stopped before the end.

The analysis follows a route through the functions it calls, up to a depth and an amount of work that no
ordinary route needs. Beyond that nothing was proved, so no finding does not mean that the route is safe. It
is a warning, because nothing was found either. Review the route yourself, or split it into smaller ones.
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
        "was not judged to the end: it calls too many functions, or too deeply.",
        "Split it into smaller routes, or review it yourself and write `# specward: allow SW607 -- why`.",
        Severity.WARNING,
    )
