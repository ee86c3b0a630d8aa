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


CHECKED = """
from fastapi import APIRouter, Depends
from sqlmodel import delete, select
from app.database import Session, open_session
from app.models import Item, User
from outside import current_user, may, narrowed
router = APIRouter()
class Store:
    def __init__(self, db, actor=None):
        self.db, self.actor = db, actor
    def find(self, key):
        return self.db.exec(narrowed(select(Item), self.actor).where(Item.id == key)).one()
    def all(self, actor=None):
        return self.db.exec(select(Item)).all()
    def drop(self, key, *, by=None):
        self.db.exec(delete(Item).where(Item.id == key))
def demand(user, policy):
    if not may(user, policy):
        raise ValueError
def insist(user, item):
    if may(user, item) != 1:
        raise ValueError
    return True
def fetched(key):
    return narrowed(select(Item), key)
def readable(user, item):
    return may(user, item) == 1
def for_reading(item):
    def policy(user):
        return may(user, item)
    return policy
def allowed(key: int, db: Session = Depends(open_session), user: User = Depends(current_user)):
    demand(user, db.get(Item, key))
@router.get("/items/{key}")
def one(key: int, db: Session = Depends(open_session), user: User = Depends(current_user), _=Depends(GUARD)):
    BODY
"""


@pytest.mark.parametrize(
    ("name", "told", "untold"),
    [
        ("Store.find", "return Store(db, user).find(key)", "return Store(db).find(key)"),
        ("Store.all", "return Store(db).all(actor=user.id)", "return Store(db).all(actor=None)"),
        ("Store.drop", "Store(db).drop(key, by=user)", "Store(db).drop(key)"),
        (
            "demand",
            "item = db.get(Item, key); demand(user, for_reading(item)); return item",
            "item = db.get(Item, key); demand(None, for_reading(item)); return item",
        ),
        (
            "demand",
            "item = db.get(Item, key); demand(user, item); return item",
            "item = db.get(Item, key); demand(user, db.get(Item, 1)); return item",
        ),
        (
            "insist",
            "item = db.get(Item, key); insist(user, item); return item",
            "item = db.get(Item, key); insist(None, item); return item",
        ),
        (
            "readable",
            "item = db.get(Item, key); return item if readable(user, item) else None",
            "item = db.get(Item, key); return None if readable(user, item) else item",
        ),
        (
            "demand",
            "demand(user, key); return db.get(Item, key)",
            "demand(user, 1); return db.get(Item, key)",
        ),
    ],
)
def test_a_function_that_checks_is_believed_where_it_is_told_who_asks(
    name: str, told: str, untold: str
) -> None:
    assert _codes_of(told, [])
    assert not _codes_of(told, [f"app.routes.{name}"])
    assert _codes_of(untold, [f"app.routes.{name}"])


def _codes_of(body: str, checks: list[str], guard: str = "open_session") -> list[str]:
    files = {
        "app/models.py": MODELS,
        "app/database.py": DATABASE,
        "app/routes.py": CHECKED.replace("BODY", body).replace("GUARD", guard),
    }
    return [
        item.code for item in analyse_files(files, read_options({"isolation": {"checks": checks}})).violations
    ]


def test_a_dependency_that_checks_is_believed() -> None:
    body = "return db.get(Item, key)"
    assert _codes_of(body, [], "allowed")
    assert not _codes_of(body, ["app.routes.allowed"], "allowed")
    assert not _codes_of(body, ["app.routes.demand"], "allowed")
    assert _codes_of(body, ["app.routes.allowed"], "open_session")


def test_a_function_that_nobody_tells_who_asks_knows_it() -> None:
    body = "item = db.get(Item, key); fetched(item); return item"
    assert _codes_of(body, [])
    assert not _codes_of(body, ["app.routes.fetched"])
