"""A principal made from the claims of a token, however the class of it is filled."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options

PROJECT = """
import jwt
from typing import Annotated
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel

app = FastAPI()

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    hashed_password: str

class Page(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")

class Caller(BaseModel):
    id: int
    is_superuser: bool

def caller(authorization: str = Header()):
    claims = jwt.decode(authorization, "key", ["HS256"])
    known = {"id": claims["sub"], "is_superuser": claims["is_superuser"]}
    return MADE

@app.delete("/pages/{page_id}")
def remove(page_id: int, session: Session, me: Annotated[Caller, Depends(caller)]):
    page = session.get(Page, page_id)
    if me.id == CHECKED or me.is_superuser:
        session.delete(page)
"""


@pytest.mark.parametrize(
    "made", ["Caller(**known)", "Caller.model_validate(known)", "Caller.parse_obj(known)"]
)
def test_what_a_class_is_validated_from_is_known_of_it(made: str) -> None:
    def codes(checked: str) -> list[str]:
        files = {"app/main.py": PROJECT.replace("MADE", made).replace("CHECKED", checked)}
        return [item.code for item in analyse_files(files, Options()).violations]

    assert codes("page.owner_id") == []
    assert codes("1") == ["SW601"]
