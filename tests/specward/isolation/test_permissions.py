"""Permissions: where nobody who has one is held to their own, it is asked whether that is meant, once."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.code.dataflow.result import Violation
from specward.rules.isolation.world import with_routes

_GATES = """
def need_permission(*codes: str):
    def dependency(me: Me):
        if not set(codes) & set(me.permissions):
            raise HTTPException(403)
        return me
    return dependency


def need(code: str):
    def dependency(me: Me):
        if code not in me.permissions:
            raise HTTPException(403)
        return me
    return dependency


class Permission:
    def __init__(self, code: str):
        self.code = code

    def __call__(self, me: Me):
        if self.code not in me.permissions:
            raise HTTPException(403)
        return me


def permission_of_no_account(code: str):
    def dependency(me: Me):
        if not me.email:
            raise HTTPException(403, f"{code} is missing")
        return me
    return dependency


def permission_without_refusal(code: str):
    def dependency(me: Me):
        log(code in me.permissions)
        return me
    return dependency
"""
_ROUTES = """
@router.get("/orders")
def list_orders(db: Db, me=Depends(GATE)):
    return db.exec(select(Order)).all()


@router.delete("/orders/{order_id}")
def delete_order(order_id: int, db: Db, me=Depends(GATE)):
    db.delete(db.get(Order, order_id))
"""
_OWN = """
@router.get("/mine")
def mine(db: Db, me=Depends(GATE)):
    return db.exec(select(Order).where(Order.user_id == me.id)).all()
"""


def _found(gate: str, own: str = "", options: Options | None = None) -> list[Violation]:
    source = _GATES + _ROUTES.replace("GATE", gate) + (_OWN.replace("GATE", own) if own else "")
    files = with_routes(source)
    path = "backend/app/orders/routes.py"
    files[path] = files[path].replace("import APIRouter", "import APIRouter, Depends")
    return [*analyse_files(files, options or Options()).violations]


@pytest.mark.parametrize(
    ("gate", "own"),
    [
        ('need_permission("orders.read")', ""),
        ('need_permission("read_orders")', ""),
        ('need_permission("orders", "read")', ""),
        ('need("orders:read")', ""),
        ('Permission("orders.read")', ""),
        ('need("orders:read")', 'need("profile:read")'),  # a permission over something else
        ('need("orders:read")', 'need_permission("a.a", "b.b", "orders.read")'),  # what everybody has one of
    ],
)
def test_a_table_behind_permissions_is_asked_about_once(gate: str, own: str) -> None:
    (question,) = _found(gate, own)
    assert (question.code, question.table, question.changes, len(question.follows)) == (
        "SW609",
        "order",
        True,
        1,
    )


@pytest.mark.parametrize(
    ("gate", "own"),
    [
        ('need("orders:read")', 'need("orders:list")'),  # who has one over the same is held to their own
        ('need("orders:read_own")', ""),
        ('need("clerk")', ""),  # a role, of which there is a rule of its own
        ('permission_of_no_account("orders:read")', ""),  # it is told and never asked for
        ('permission_without_refusal("orders:read")', ""),
    ],
)
def test_what_asks_for_no_permission_is_a_fault(gate: str, own: str) -> None:
    assert {item.code for item in _found(gate, own)} == {"SW601"}


def test_a_table_that_is_named_is_not_asked_about() -> None:
    assert _found('need("orders:read")', options=Options(permitted_tables=("order",))) == []


def test_what_is_named_stays_guarded_without_a_permission() -> None:
    found = _found("need_nothing", options=Options(permitted_tables=("order",)))
    assert {item.code for item in found} == {"SW601"}
