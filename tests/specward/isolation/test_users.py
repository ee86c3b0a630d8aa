"""Which table holds the users: many references alone do not make one."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

_SOURCE = """
from fastapi import APIRouter, Depends
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
router = APIRouter()


class TABLE(Base):
    __tablename__ = "parents"
    id = Column(Integer, primary_key=True)
    COLUMN = Column(String(200))


class Paper(Base):
    __tablename__ = "papers"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer, ForeignKey("parents.id"))


class Prompt(Base):
    __tablename__ = "prompts"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer, ForeignKey("parents.id"))


class Image(Base):
    __tablename__ = "images"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer, ForeignKey("parents.id"))


def get_db():
    yield Session()


@router.get("/papers/{paper_id}")
def show(paper_id: int, db: Session = Depends(get_db)):
    return db.get(Paper, paper_id)
"""


@pytest.mark.parametrize(
    ("table", "column", "owned"),
    [("Project", "name", False), ("Person", "password_hash", True), ("User", "name", True)],
)
def test_somebody_signs_in_to_a_table_of_users(table: str, column: str, owned: bool) -> None:  # noqa: FBT001
    files = {"app/main.py": _SOURCE.replace("TABLE", table).replace("COLUMN", column)}
    assert ("papers" in analyse_files(files, Options()).tables) is owned


_MANAGED = """
from typing import Annotated

from app.models import User
from app.security import Me, read_user


def administrator(me: Me) -> User:
    if not me.is_admin:
        raise HTTPException(403)
    return me


@router.delete("/users/{key}")
def drop_user(key: int, db: Db, me: User = Depends(DROPS)):
    db.delete(db.get_one(User, key))


@router.put("/users/{key}")
def rename_user(key: int, db: Db, me: User = Depends(RENAMES)):
    db.get_one(User, key).email = ""


@router.get("/users")
def list_users(db: Db, me: User = Depends(LISTS)):
    return db.exec(select(User)).all()


@router.get("/users/found")
def find_users(db: Db, me: Me, email: str):
    return db.exec(select(User).where(User.email == email)).all()
"""


def _told(**asked: str) -> list[tuple[str, str]]:
    routes = "from fastapi import Depends\n" + _MANAGED
    for place, who in asked.items():
        routes = routes.replace(place, who)
    found = analyse_files(with_routes(routes), Options()).violations
    return [(item.code, item.site.chain[1]) for item in found]


def test_all_users_are_looked_through_by_whoever_looks_after_them() -> None:
    kept = {"DROPS": "administrator", "RENAMES": "administrator"}
    assert _told(**kept, LISTS="administrator") == []
    assert _told(**kept, LISTS="read_user") == [("SW601", "list_users")]


def test_a_list_of_all_users_may_be_a_directory_where_nobody_looks_after_them() -> None:
    routes = _MANAGED.partition("@router.delete")[0] + "@router.get" + _MANAGED.partition("@router.get")[2]
    directory = "from fastapi import Depends\n" + routes.replace("LISTS", "read_user")
    assert analyse_files(with_routes(directory), Options()).violations == ()


_STAFF = """
from fastapi import Depends, FastAPI, Header, HTTPException
from sqlmodel import Field, Session, SQLModel, select

app = FastAPI()


class Curator(SQLModel, table=True):
    id: int = Field(primary_key=True)
    museum_id: int = Field(foreign_key="museum.id")
    token: str


class Museum(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Artwork(SQLModel, table=True):
    id: int = Field(primary_key=True)
    museum_id: int = Field(foreign_key="museum.id")


def who(session: Session, x_token: str = Header()) -> Curator:
    curator = session.exec(select(Curator).where(Curator.token == x_token)).first()
    if curator is None:
        raise HTTPException(401)
    return curator


@app.get("/artworks/{key}")
def read_artwork(key: int, session: Session, me=Depends(who)):
    return session.exec(select(Artwork).where(Artwork.id == key, Artwork.museum_id == me.museum_id)).one()


@app.get("/artworks")
def list_artworks(session: Session, me=Depends(who)):
    return session.exec(select(Artwork).where(Artwork.museum_id == me.museum_id)).all()
"""


def test_whoever_is_found_by_a_secret_or_else_refused_is_a_user() -> None:
    def codes(text: str) -> list[str]:
        return [item.code for item in analyse_files({"app/main.py": text}, Options()).violations]

    assert codes(_STAFF) == []
    assert codes(_STAFF.replace("key, Artwork.museum_id == me.museum_id", "key")) == ["SW601"]
    assert codes(_STAFF.replace("401", "404")) == []  # a page that was not found, by its key


_MEMBERS = """
from app.models import Household, Member, User


@router.get("/households/{household_id}/members")
def members(household_id: int, db: Db, me: Me):
    CHECK
    rows = select(User).join(Member, Member.user_id == User.id).where(Member.household_id == household_id)
    return db.exec(rows).all()


@router.get("/households/{household_id}")
def household(household_id: int, db: Db, me: Me):
    CHECK
    return db.get(Household, household_id)


@router.delete("/households/{household_id}")
def leave(household_id: int, db: Db, me: Me):
    db.delete(LEFT)
"""
_HOUSEHOLDS = """

class Household(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Member(SQLModel, table=True):
    household_id: int = Field(foreign_key="household.id", primary_key=True)
    user_id: int = Field(foreign_key="user.id", primary_key=True)
"""
_IN_IT = "db.exec(select(Member).where(Member.household_id == household_id, Member.user_id == me.id)).one()"


def test_the_members_of_something_are_for_its_members_to_see() -> None:
    def told(check: str) -> list[tuple[str, str]]:
        files = with_routes(
            _MEMBERS.replace("CHECK", check, 1).replace("CHECK", _IN_IT).replace("LEFT", _IN_IT)
        )
        files["backend/app/models.py"] += _HOUSEHOLDS
        found = analyse_files(files, Options()).violations
        return [(item.code, item.site.chain[1]) for item in found]

    assert told(_IN_IT) == []
    assert told("pass") == [("SW609", "members")]  # or may users be shown to one another?
