"""A helper that asks a model for its column binds the rows of those that have it, and no others."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

PROJECT = """
import jwt
from fastapi import Depends, FastAPI, Header
from sqlmodel import Field, Session, SQLModel, select

app = FastAPI()

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    hashed_password: str

class Page(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")

class Line(SQLModel, table=True):
    id: int = Field(primary_key=True)
    page_id: int = Field(foreign_key="page.id")

def caller(session: Session, authorization: str = Header()):
    return session.get(User, jwt.decode(authorization, "key", ["HS256"])["sub"])

@app.delete("/{kind}/{key}")
def remove(kind: str, key: int, session: Session, me: User = Depends(caller)):
    model = MODEL
    query = select(model).where(model.id == key)
    if hasattr(model, "owner_id"):
        query = query.where(model.owner_id == me.id)
    session.delete(session.exec(query).one())
"""


@pytest.mark.parametrize(
    ("model", "is_told"),
    [("Page", False), ("Line", True), ("Page if kind == 'pages' else Line", True)],
    ids=["it has the column", "it has not", "either"],
)
def test_a_model_is_asked_for_its_column(model: str, is_told: bool) -> None:  # noqa: FBT001
    found = analyse_files({"app/main.py": PROJECT.replace("MODEL", model)}, Options()).violations
    assert bool(found) == is_told
