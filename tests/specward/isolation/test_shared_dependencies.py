"""A dependency that several routes have means to each of them what it means to one that is judged alone."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from tests.specward.isolation.test_kept_routes import MODELS

DEPS = """
from contextvars import ContextVar
from fastapi import Depends, Header
from sqlmodel import Session, select
from app.models import Item, User
def current_user(token: str = Header()) -> User:
    return decode(token)
def log(user: User = Depends(current_user)):
    print(user)
class Scope:
    def __init__(self):
        self.owner = None
def get_scope():
    return Scope()
def of_caller(scope=Depends(get_scope), me: User = Depends(current_user)):
    scope.owner = me.id
def of_client(owner: int, scope=Depends(get_scope), me: User = Depends(current_user)):
    scope.owner = owner
_kept = ContextVar("kept")
def remember(owner: int, me: User = Depends(current_user)):
    _kept.set(owner)
def kept():
    return _kept.get()
def first(session: Session):
    return session.exec(select(Item)).first()
def check(item=Depends(first), me: User = Depends(current_user)):
    if item.owner_id != me.id:
        raise HTTPException(404)
"""
ROUTE = """
from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from app.deps import check, current_user, first, get_scope, kept, log, of_caller, of_client, remember
from app.models import Item
router = APIRouter()
"""
HOOK = """
@router.get("/webhook/{id}", dependencies=[Depends(log)])
def read(id: int, session: Session):
    return session.get(Item, id)
"""
SCOPED = """
@router.get("/scoped/{id}")
def read(id: int, session: Session, scope=Depends(get_scope), _=Depends(of_caller)):
    return session.exec(select(Item).where(Item.id == id, Item.owner_id == scope.owner)).one()
"""
CHECKED = """
@router.get("/checked", dependencies=[Depends(check)])
def read(item=Depends(first)):
    return item
"""
ORDERED = """
@router.get("/ordered")
def read(item=Depends(first), me=Depends(current_user), _=Depends(check)):
    return item
"""
BEFORE = """
@router.get("/before")
def read(me=Depends(current_user), _=Depends(check), item=Depends(first)):
    return item
"""
REMEMBERED = """
@router.get("/remembered", dependencies=[Depends(remember)])
def read(session: Session):
    return session.exec(select(Item).where(Item.owner_id == kept())).all()
"""
UNSCOPED = SCOPED.replace("of_caller", "of_client")
PROJECT = {"app/models.py": MODELS, "app/deps.py": DEPS}


def _found(routes: dict[str, str]) -> int:
    """How many findings there are in the last of these files and in what all of them share."""
    found = analyse_files(PROJECT | {path: ROUTE + text for path, text in routes.items()}, Options())
    return sum(item.site.path in {"app/deps.py", max(routes)} for item in found.violations)


@pytest.mark.parametrize(
    ("text", "findings"),
    [(HOOK, 1), (SCOPED, 0), (UNSCOPED, 1), (CHECKED, 0), (ORDERED, 0), (BEFORE, 0), (REMEMBERED, 1)],
    ids=["identified", "object", "object-of-the-client", "row", "row-before", "row-after", "context"],
)
@pytest.mark.parametrize("other", [HOOK, SCOPED, UNSCOPED, CHECKED, ORDERED, BEFORE, REMEMBERED])
def test_what_another_route_ran_before_changes_nothing(text: str, findings: int, other: str) -> None:
    assert _found({"app/b.py": text}) == findings
    assert _found({"app/a.py": other, "app/b.py": text}) == findings
