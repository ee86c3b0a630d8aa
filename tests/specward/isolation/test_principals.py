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


ROLES = """
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from sqlmodel import Field, Relationship, Session, SQLModel, select

app = FastAPI()

class Role(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str

class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    hashed_password: str
    role_id: int = Field(foreign_key="role.id")
    role: Role = Relationship()

class Page(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")

def find(session, key):
    return session.exec(select(User).where(User.id == key)).first()

def caller(roles=None):
    def check(session: Session, authorization: str = Header()):
        user = find(session, jwt.decode(authorization, "key", ["HS256"])["sub"])
        if roles:
            known = False
            for role in roles:
                if role == user.role.name:
                    known = True
                    break
            if not known:
                raise HTTPException(403)
        return user
    return check

@app.get("/pages")
def pages(session: Session, me: User = Depends(caller(ROLES))):
    return session.exec(select(Page)).all()
"""


@pytest.mark.parametrize(
    ("roles", "told"), [("['admin']", []), ("['admin', 'reader']", ["SW601"]), ("", ["SW601"])]
)
def test_a_role_that_stands_in_a_table_of_its_own_lets_administrators_in(roles: str, told: list[str]) -> None:
    files = {"app/main.py": ROLES.replace("caller(ROLES)", f"caller({roles})")}
    assert [item.code for item in analyse_files(files, Options()).violations] == told
