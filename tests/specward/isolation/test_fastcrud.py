"""FastCRUD: what is passed by name is compared, and what is not is open."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

HEAD = """
from fastcrud import FastCRUD

orders = FastCRUD(Order)
lines = FastCRUD(Line)


class CRUDOrder(FastCRUD[Order, OrderIn, OrderIn, OrderIn, OrderIn]):
    pass


derived = CRUDOrder(Order)


@router.post("/orders/{order_id}")
async def handle(order_id: int, body: LineIn, db: Db, me: Me):
"""


def codes(*body: str) -> list[str]:
    """The codes that a handler of these statements gets."""
    source = HEAD + "".join(f"    {line}\n" for line in body)
    return [item.code for item in analyse_files(with_routes(source), Options()).violations]


@pytest.mark.parametrize("crud", ["orders", "derived"])
@pytest.mark.parametrize(
    "call",
    [
        "get(db=db, id=order_id)",
        "get_multi(db, offset=0, limit=10)",
        "get_joined(db, join_model=Line, id=order_id)",
        "update(db=db, object={'note': ''}, id=order_id)",
        "delete(db, id=order_id)",
        "db_delete(db, id=order_id)",
    ],
)
def test_a_call_needs_the_owner(crud: str, call: str) -> None:
    assert codes(f"return await {crud}.{call}") == ["SW601"]
    bound = call[:-1] + ", user_id=me.id)"
    assert codes(f"return await {crud}.{bound}") == []


def test_one_of_several_keys_is_compared_and_another_comparison_binds_nothing() -> None:
    assert codes("return await orders.get_multi(db, user_id__in=[me.id])") == []
    assert codes("return await orders.get_multi(db, user_id__gt=me.id)") == ["SW601"]


def test_what_exists_is_a_check() -> None:
    check = "if not await orders.exists(db, id=body.order_id, user_id=me.id):"
    new = "return await lines.create(db=db, object={'order_id': body.order_id})"
    assert codes(check, "    raise HTTPException(404)", new) == []
    assert codes(new) == ["SW604"]
    assert codes(check.replace(", user_id=me.id", ""), "    raise HTTPException(404)", new) == ["SW604"]


def test_a_row_that_was_read_is_compared_and_deleted() -> None:
    read = "order = await orders.get(db=db, id=order_id)"
    check = "if order['user_id'] != me.id:"
    delete = "await orders.delete(db=db, db_row=order)"
    assert codes(read, check, "    raise HTTPException(404)", delete) == []
    assert codes(read, delete) == ["SW601"]
