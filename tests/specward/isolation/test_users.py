"""Which table holds the users: many references alone do not make one."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

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
