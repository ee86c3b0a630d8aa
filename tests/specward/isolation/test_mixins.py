"""Columns that a mixin declares by a function are columns of the principal too."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

_SOURCE = """
import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import Session, declarative_base, declared_attr

Base = declarative_base()
router = APIRouter()
scheme = OAuth2PasswordBearer(tokenUrl="token")


class Firm(Base):
    __tablename__ = "firms"
    id = Column(Integer, primary_key=True)


class OfFirm:
    @declared_attr
    def firm_id(cls):
        return Column(Integer, ForeignKey("firms.id"))


class User(OfFirm, Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    hashed_password = Column(String(200))


class Contract(OfFirm, Base):
    __tablename__ = "contracts"
    id = Column(Integer, primary_key=True)


def get_db():
    yield Session()


def signed_in(token: str = Depends(scheme), db: Session = Depends(get_db)) -> User:
    return db.get(User, jwt.decode(token, "k", algorithms=["HS256"])["sub"])


@router.get("/firms/{firm_id}/contracts")
def listed(firm_id: int, db: Session = Depends(get_db), me: User = Depends(signed_in)):
    if CONDITION:
        raise HTTPException(403)
    return db.query(Contract).filter(Contract.firm_id == firm_id).all()
"""


@pytest.mark.parametrize(
    ("condition", "found"), [("firm_id != me.firm_id", set()), ("firm_id < 1", {"SW603"})]
)
def test_a_column_declared_by_a_function_is_the_principals(condition: str, found: set[str]) -> None:
    files = {"app/main.py": _SOURCE.replace("CONDITION", condition)}
    assert {item.code for item in analyse_files(files, Options()).violations} == found
