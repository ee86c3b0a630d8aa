"""One missing check is one finding, which names what is open for the same reason."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

_ROUTE = """
@router.post("/orders/{order_id}")
def handle(order_id: int, other_id: int, db: Db, me: Me):
    BODY
"""
_PARTS = """

class Part(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(foreign_key="line.id")
"""
READ = "order = db.get(Order, order_id)"
LINES = "lines = db.exec(select(Line).where(Line.order_id == order_id)).all()"


def found(*body: str) -> list[tuple[str, str, int]]:
    """What is told: the code, the table, and how many places beside it."""
    files = with_routes(_ROUTE.replace("BODY", "\n    ".join(body)))
    return [(item.code, item.table, len(item.follows)) for item in analyse_files(files, Options()).violations]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ((READ, LINES, "return order, lines"), [("SW601", "order", 1)]),
        ((LINES, READ, "return lines, order"), [("SW601", "order", 1)]),
        ((LINES, "count = db.exec(select(Line.id)).all()", "return lines, count"), [("SW601", "line", 1)]),
        ((READ, "db.add(Line(order_id=order_id))", "return order"), [("SW601", "order", 1)]),
        ((READ, "db.delete(db.get(Line, other_id))", "db.delete(order)"), [("SW601", "order", 1)]),
        ((LINES, "db.add(Line(order_id=order_id))", "return lines"), [("SW601", "line", 1)]),
    ],
)
def test_what_follows_from_a_missing_check_is_told_with_it(
    body: tuple[str, ...], told: list[tuple[str, str, int]]
) -> None:
    assert found(*body) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (  # who excuses that orders are read has not excused that lines are deleted
            (READ, "db.delete(db.get(Line, other_id))", "return order"),
            [("SW601", "order", 0), ("SW601", "line", 0)],
        ),
        (  # the order is the caller's
            (
                f"{READ}\n    if order.user_id != me.id:\n        raise HTTPException(404)",
                LINES,
                "return lines",
            ),
            [],
        ),
        (
            (
                "mine = db.exec(select(Order).where(Order.user_id == me.id)).all()",
                "return mine, db.get(Line, other_id)",
            ),
            [("SW601", "line", 0)],
        ),
    ],
)
def test_what_does_not_is_told_by_itself(body: tuple[str, ...], told: list[tuple[str, str, int]]) -> None:
    assert found(*body) == told


def test_a_row_that_is_found_by_an_unchecked_key_is_not_told_beside_it() -> None:
    body = (
        "db.add(Line(order_id=order_id))",
        "line = db.exec(select(Line).where(Line.order_id == order_id)).first()",
        "db.add(Part(line_id=line.id))",
    )
    files = with_routes(
        _ROUTE.replace("BODY", "\n    ".join(body)).replace(
            "db.add(Part", "from app.models import Part\n    db.add(Part"
        )
    )
    files["backend/app/models.py"] += _PARTS
    found = [(item.code, item.table) for item in analyse_files(files, Options()).violations]
    assert found == [("SW604", "line.order_id")]
