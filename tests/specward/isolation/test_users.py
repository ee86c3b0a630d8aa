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
