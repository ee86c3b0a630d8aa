"""Colleagues in one organisation: what is somebody's own there, and what is everybody's."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.sw612_colleagues_reached import BAD, GOOD
from specward.rules.isolation.world import with_routes

MODELS = "backend/app/models.py"
ROUTES = """
from app.models import Invoice, User


def office(me: Me) -> User:
    if me.role != "office":
        raise HTTPException(403)
    return me


def of_school(db, key, me):
    invoice = db.get_one(Invoice, key)
    if invoice.school_id != me.school_id:
        raise HTTPException(404)
    return invoice


@router.get("/invoices")
def list_invoices(db: Db, me: Me):
    query = select(Invoice).where(Invoice.school_id == me.school_id)
    LISTED
    return db.exec(query).all()


@router.get("/invoices/{key}")
def read_invoice(key: int, db: Db, me: Me):
    invoice = of_school(db, key, me)
    READ
    return invoice


@router.put("/invoices/{key}")
def write_invoice(key: int, db: Db, me: Me):
    invoice = of_school(db, key, me)
    WRITTEN
    invoice.note = ""


@router.delete("/invoices/{key}")
def delete_invoice(key: int, db: Db, me: User = Depends(office)):
    db.delete(of_school(db, key, me))
"""
NOTHING = "pass"
ROLE = 'if me.role != "office" and invoice.parent_id != me.id:\n        raise HTTPException(404)'
PARENT = 'if me.role == "student" and invoice.parent_id != me.id:\n        raise HTTPException(404)'
OWN = "if invoice.parent_id != me.id:\n        raise HTTPException(404)"
FILTER = 'if me.role != "office":\n        query = query.filter_by(parent_id=me.id)'
MINE = "query = query.where(Invoice.parent_id == me.id)"


def told(listed: str, read: str, written: str) -> list[tuple[str, str]]:
    """The codes and the handlers that findings are told of."""
    routes = ROUTES.replace("LISTED", listed).replace("READ", read).replace("WRITTEN", written)
    models = GOOD.files[MODELS].replace("is_admin: bool = False", 'role: str = "parent"')
    found = analyse_files({**with_routes(routes), MODELS: models}, Options()).violations
    return [(item.code, item.site.chain[1]) for item in found]


@pytest.mark.parametrize("asked", [ROLE, PARENT])
def test_who_has_no_office_is_kept_to_their_own(asked: str) -> None:
    assert told(FILTER, asked, asked) == []
    assert told(NOTHING, asked, asked) == [("SW612", "list_invoices")]
    assert told(FILTER, NOTHING, asked) == [("SW612", "read_invoice")]
    assert told(FILTER, asked, NOTHING) == [("SW612", "write_invoice")]


def test_more_that_is_open_to_the_organisation_than_kept_is_meant() -> None:
    assert told(NOTHING, NOTHING, ROLE) == []  # who may change it says nothing of who may read it
    assert told(NOTHING, NOTHING, NOTHING) == []


def test_a_list_of_ones_own_says_nothing_of_the_others() -> None:
    assert told(MINE, NOTHING, NOTHING) == []
    assert told(MINE, OWN, NOTHING) == []


def test_the_good_example_is_clean_and_the_bad_is_not() -> None:
    assert analyse_files(GOOD.files, Options()).violations == ()
    (found,) = analyse_files(BAD.files, Options()).violations
    assert (found.code, found.table, found.site.chain[1]) == ("SW612", "invoice", "read_invoice")
