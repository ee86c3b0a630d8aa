"""`[tool.specward.isolation]`, and what each setting changes."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.settings import read_options
from specward.errors import CouldNotRunError

MODELS = """
from sqlmodel import Field, SQLModel
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    is_tutor: bool = False
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    author: str
    user_id: int = Field(foreign_key="user.id")
"""
DATABASE = """
from outside import compile_for, execute
def mine(statement):
    return execute(compile_for(statement))
class Session:
    def exec(self, statement): ...
def open_session() -> Session:
    return Session()
"""
ROUTES = """
from fastapi import APIRouter, Depends
from sqlmodel import select
from app.database import Session, mine, open_session
from app.models import Item, User
from outside import current_user
router = APIRouter()
def purge(db):
    return db.exec(select(Item)).all()
@router.get("/items")
def items(db: Session = Depends(open_session), user: User = Depends(current_user)):
    BODY
"""


def codes(body: str, settings: dict[str, object] | None = None) -> list[str]:
    files = {
        "app/models.py": MODELS,
        "app/database.py": DATABASE,
        "app/routes.py": ROUTES.replace("BODY", body),
    }
    found = analyse_files(files, read_options({"isolation": settings or {}}))
    return [violation.code for violation in found.violations]


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        ("return db.exec(select(Item)).all()", {"scoped_sessions": ["app.database.Session"]}),
        ("return db.exec(select(Item)).all()", {"shared_tables": ["item"]}),
        ("return db.exec(select(Item)).all()", {"shown_tables": ["item"]}),
        ("return db.exec(mine(select(Item))).all()", {"scoped_builders": ["app.database.mine"]}),
        ("return purge(db)", {"system_scope": ["app.routes.purge"]}),
        ("return db.exec(select(Item)).all() if user.is_tutor else []", {"privileged": ["is_tutor"]}),
    ],
)
def test_a_setting_makes_it_silent(body: str, settings: dict[str, object]) -> None:
    assert codes(body) == ["SW601"]
    assert codes(body, settings) == []


def test_what_is_shown_to_everybody_is_not_everybodys_to_change() -> None:
    settings: dict[str, object] = {"shown_tables": ["item"]}
    assert codes("db.delete(db.get(Item, 1))", settings) == ["SW601"]


def test_another_way_past_a_scoped_session_is_found() -> None:
    body = 'return connect().execute("SELECT * FROM item").fetchall()'
    assert codes(body, {"scoped_sessions": ["app.database.Session"]}) == ["SW605"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scoped_session": ["x"]}, "Did you mean scoped_sessions"),
        ({"user_table": 1}, "must be the name of a table"),
        ({"owner_columns": ["x"]}, "must name one column for each table"),
        ({"principals": "x"}, "must be a list of names"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said(settings: dict[str, object], said: str) -> None:
    with pytest.raises(CouldNotRunError, match=said):
        read_options({"isolation": settings})
