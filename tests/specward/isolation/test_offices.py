"""Roles that look after the rows of others: told by several routes on which nobody of the role is bound."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

_GATE = """
def gate(*roles: str):
    def dependency(me: Me):
        if me.role not in roles:
            raise HTTPException(403)
        return me
    return dependency


def anyof(*roles: str):
    def dependency(me: Me):
        if not any(role in me.roles for role in roles):
            raise HTTPException(403)
        return me
    return dependency
"""
_ROUTE = """
@router.get("/orders/{number}/{{order_id}}", dependencies=[Depends({gate})])
def read_{number}(order_id: int, db: Db):
    return db.get(Order, order_id)
"""
_OWN = """
@router.get("/mine")
def mine(db: Db, me=Depends({gate})):
    return db.exec(select(Order).where(Order.user_id == me.id)).all()
"""


def _found(gate: str, routes: int, own: str = "") -> set[str]:
    source = _GATE + "".join(_ROUTE.format(number=number, gate=gate) for number in range(routes))
    files = with_routes(source + (_OWN.format(gate=own) if own else ""))
    path = "backend/app/orders/routes.py"
    files[path] = files[path].replace("import APIRouter", "import APIRouter, Depends")
    return {item.code for item in analyse_files(files, Options()).violations}


@pytest.mark.parametrize("gate", ['gate("clerk")', 'anyof("clerk", "packer")', 'gate("admin", "clerk")'])
def test_a_role_that_is_nowhere_held_to_its_own_looks_after_all(gate: str) -> None:
    assert _found(gate, 4) == set()


@pytest.mark.parametrize(
    ("gate", "routes", "own"),
    [
        ('gate("clerk")', 3, ""),  # one more could have been forgotten
        ('gate("clerk")', 6, 'gate("clerk")'),  # who has the role is held to their own elsewhere
        ('gate("customer")', 6, ""),  # people come for themselves
        ('anyof("clerk", "customer")', 6, ""),  # so do some of these
    ],
)
def test_other_roles_do_not(gate: str, routes: int, own: str) -> None:
    assert _found(gate, routes, own) == {"SW601"}


def test_what_others_are_held_to_says_nothing_of_a_role() -> None:
    assert _found('gate("clerk")', 4, 'gate("customer")') == set()


_PERMISSION = """
def need(action: str, what: str):
    def dependency(me: Me):
        if not me.has(action, what):
            raise HTTPException(403)
        return me
    return dependency
"""


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ('need("view", "users")', set()),  # who may see all users may see what each has
        ('need("audit", "delete")', set()),
        ('need("view", "orders")', {"SW601"}),  # everybody has some of these
        ("need(models.Roles.view)", {"SW601"}),  # what one role is called
    ],
)
def test_a_permission_over_users_is_an_administrators(gate: str, told: set[str]) -> None:
    files = with_routes(_PERMISSION + _ROUTE.format(number=1, gate=gate))
    path = "backend/app/orders/routes.py"
    files[path] = files[path].replace("import APIRouter", "import APIRouter, Depends")
    assert {item.code for item in analyse_files(files, Options()).violations} == told
