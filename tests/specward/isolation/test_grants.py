"""A row that lets a user in to what another owns, told by what its table is called."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

TABLE = """

class NAME(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    order_id: int = Field(foreign_key="order.id")
"""
ROUTE = """
@router.get("/orders/{order_id}")
def read_order(order_id: int, db: Db, me: Me):
    order = db.get(Order, order_id)
    if order.user_id == me.id:
        return order
    statement = select(NAME).where(NAME.order_id == order_id, NAME.user_id == me.id)
    if db.exec(statement).first() is None:
        raise HTTPException(403)
    return order
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [("Permission", []), ("OrderAccess", []), ("Collaborator", []), ("Remark", ["SW601"])],
)
def test_who_has_a_permission_on_a_row_may_see_it(name: str, told: list[str]) -> None:
    files = with_routes(f"from app.models import {name}\n" + ROUTE.replace("NAME", name))
    files["backend/app/models.py"] += TABLE.replace("NAME", name)
    assert [item.code for item in analyse_files(files, Options()).violations] == told
