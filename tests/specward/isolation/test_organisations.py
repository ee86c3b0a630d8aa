"""Organisations: administrators who are held to one, users of a table called staff, and who takes part."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

MODELS = """
from sqlmodel import Field, Relationship, SQLModel


class Charity(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Staff(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    charity_id: int = Field(foreign_key="charity.id")
    email: str
    role: str


class Donor(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    charity_id: int = Field(foreign_key="charity.id")
    name: str


class Visit(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    planned_by_id: int = Field(foreign_key="staff.id")
    donor_id: int = Field(foreign_key="donor.id")
    state: str
    staff: Staff = Relationship(sa_relationship_kwargs={"foreign_keys": "Visit.staff_id"})


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="staff.id")
    staff_id: int = Field(foreign_key="staff.id")


class Leave(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")


class DonorNote(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    donor_id: int = Field(foreign_key="donor.id")
    text: str
"""
HEAD = """
from typing import Annotated

import jwt
import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session, select

from models import Charity, Donor, DonorNote, Leave, Staff, Team, Visit

router = APIRouter()
scheme = OAuth2PasswordBearer(tokenUrl="token")


def get_session():
    with Session(engine) as session:
        yield session


Db = Annotated[Session, Depends(get_session)]


def current_staff(token: Annotated[str, Depends(scheme)], db: Db) -> Staff:
    return db.get_one(Staff, jwt.decode(token, "key", algorithms=["HS256"])["sub"])


Me = Annotated[Staff, Depends(current_staff)]


def admin(me: Me) -> Staff:
    if me.role != "admin":
        raise HTTPException(403)
    return me


Admin = Annotated[Staff, Depends(admin)]


@router.get("/donors")
def list_donors(db: Db, me: Me):
    return db.exec(select(Donor).where(Donor.charity_id == me.charity_id)).all()


@router.get("/admin/donors")
def list_all(db: Db, me: Admin):
    return db.exec(select(Donor).where(Donor.charity_id == me.charity_id)).all()
"""


def told(route: str, *, head: str = HEAD) -> list[tuple[str, str]]:
    """The codes and tables of what is found."""
    found = analyse_files({"models.py": MODELS, "routes.py": head + route}, Options()).violations
    return [(item.code, item.table) for item in found]


READ = """

@router.get("/donors/{donor_id}")
def read_donor(donor_id: int, db: Db, me: WHO):
    return db.exec(select(Donor).where(Donor.id == donor_idOWN)).one()
"""


@pytest.mark.parametrize("who", ["Me", "Admin"])
def test_those_who_are_called_staff_and_their_administrators_have_one_charity(who: str) -> None:
    route = READ.replace("WHO", who)
    assert told(route.replace("OWN", ", Donor.charity_id == me.charity_id")) == []
    assert told(route.replace("OWN", "")) == [("SW601", "donor")]


def test_administrators_who_are_held_to_nothing_may_do_everything() -> None:
    everywhere = HEAD.replace("def list_all(db: Db, me: Admin)", "def list_all(db: Db, me: Me)")
    assert told(READ.replace("WHO", "Admin").replace("OWN", ""), head=everywhere) == []


EVERYWHERE = """

@router.get("/admin/donors/NAME")
def list_NAME(db: Db, me: Admin):
    return db.exec(select(Donor).where(Donor.name == "NAME")).all()
"""


def test_administrators_are_held_where_most_of_their_routes_are() -> None:
    free = READ.replace("WHO", "Admin").replace("OWN", "")
    more = EVERYWHERE.replace("NAME", "ada") + EVERYWHERE.replace("NAME", "bob")
    assert told(free) == [("SW601", "donor")]
    assert told(free + more) == []  # one route of theirs looks at their own charity, and three at all


STATE = """

async def organisation(request: Request, call_next):
    request.state.db = sessions()
    SCHEMA
    return await call_next(request)


@router.get("/kept/{donor_id}")
def read_kept(donor_id: int, request: Request, me: Me):
    return request.state.db.query(Donor).filter(Donor.id == donor_id).first()
"""


def test_a_session_of_a_schema_for_each_charity_is_left_alone() -> None:
    head = HEAD.replace("HTTPException\n", "HTTPException, Request\n")
    schema = "engine.execution_options(schema_translate_map={None: request.state.charity})"
    assert told(STATE.replace("SCHEMA", "pass"), head=head) == [("SW601", "donor")]
    assert told(STATE.replace("SCHEMA", schema), head=head) == []


LEAVES = """

@router.get("/staff/{staff_id}/leaves")
def read_leaves(staff_id: int, db: Db, me: Me):
    led = db.exec(select(Team).where(CONDITION)).first()
    if led is None:
        raise HTTPException(404)
    return db.exec(select(Leave).where(Leave.staff_id == staff_id)).all()
"""


def test_whom_somebody_looks_after_is_said_by_a_row_that_names_both() -> None:
    assert told(LEAVES.replace("CONDITION", "Team.lead_id == me.id, Team.staff_id == staff_id")) == []
    assert told(LEAVES.replace("CONDITION", "Team.staff_id == staff_id")) == [("SW603", "leave")]
    assert told(LEAVES.replace("CONDITION", "Team.lead_id == me.id")) == [("SW603", "leave")]


VISIT = """

@router.get("/visits/{visit_id}")
def read_visit(visit_id: int, db: Db, me: Me):
    visit = db.get_one(Visit, visit_id)
    if CHECK:
        raise HTTPException(404)
    return visit
"""


def test_whom_a_row_names_says_of_which_charity_it_is() -> None:
    assert told(VISIT.replace("CHECK", "visit.staff.charity_id != me.charity_id")) == []
    assert told(VISIT.replace("CHECK", "visit.staff.email == ''")) == [("SW601", "visit")]


POLICY = """

def can(me: Staff, thing: Donor | DonorNote | Visit) -> bool:
    if isinstance(thing, Visit):
        return thing.staff_id == me.id
    if isinstance(thing, DonorNote):
        return can(me, thing.donor)
    return thing.charity_id == me.charity_id


@router.get("/notes/{note_id}")
def read_note(note_id: int, db: Db, me: Me):
    note = db.get_one(DonorNote, note_id)
    if CHECK:
        raise HTTPException(404)
    return note
"""


def test_a_policy_is_followed_by_the_class_of_what_it_is_given() -> None:
    models = MODELS.replace("    text: str\n", "    text: str\n    donor: Donor = Relationship()\n")
    for check, expected in (("not can(me, note)", []), ("not note.text", [("SW601", "donornote")])):
        files = {"models.py": models, "routes.py": HEAD + POLICY.replace("CHECK", check)}
        found = analyse_files(files, Options()).violations
        assert [(item.code, item.table) for item in found] == expected


CONDITION = """

def visible(me: Staff):
    own = Donor.charity_id == me.charity_id
    if me.role == "volunteer":
        return sa.false()
    return OWN


@router.get("/found")
def find_donors(db: Db, me: Me):
    return db.exec(select(Donor).where(visible(me))).all()
"""


def test_a_condition_that_no_row_meets_shows_none() -> None:
    assert told(CONDITION.replace("OWN", "own")) == []
    assert told(CONDITION.replace("OWN", "sa.true()")) != []


CONTEXT = """

def context(charity_id: int, db: Db, me: Me):
    asked = sa.text("SELECT 1 FROM acl WHERE who = :me CONDITION")
    if db.execute(asked, {"me": me.id, "charity": charity_id}).first() is None:
        raise HTTPException(404)
    return {"staff": me, "charity_id": charity_id}


@router.get("/charities/{charity_id}/donors")
def charity_donors(db: Db, caller=Depends(context)):
    return db.exec(select(Donor).where(Donor.charity_id == caller["charity_id"])).all()
"""


def test_a_charity_that_is_named_must_have_been_asked_about_in_text_as_well() -> None:
    assert told(CONTEXT.replace("CONDITION", "AND charity = :charity")) == []
    assert told(CONTEXT.replace("CONDITION", "")) == [("SW603", "donor")]
