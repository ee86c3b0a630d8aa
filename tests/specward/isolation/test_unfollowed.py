"""Projects most of whose routes look open are told of `checks`; what these do not cover is found."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.settings import read_options
from specward.code.dataflow.result import Analysis, MostOpen

MODELS = """
from sqlmodel import Field, SQLModel
class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
class Part(SQLModel, table=True):
    id: int = Field(primary_key=True)
    item_id: int = Field(foreign_key="item.id")
"""
HEAD = """
from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from app.models import Item, Part, User
from outside import current_user, open_session, rank
router = APIRouter()
def found(db, key, user):
    item = db.get(Item, key)
    if rank(user, item) < 1:
        raise ValueError
    return item
"""
SIGNATURE = "(key: int, db: Session = Depends(open_session), user: User = Depends(current_user)):"
OPEN = "return found(db, key, user)"
BOUND = "return db.exec(select(Item).where(Item.id == key, Item.owner_id == user.id)).one()"
FORGOTTEN = "return db.get(Item, key)"
CHECKS = ["app.routes.found"]


def analysed(*bodies: str, checks: list[str] | None = None) -> Analysis:
    routes = [
        f'@router.get("/items/{{key}}/{at}")\ndef route_{at}{SIGNATURE}\n    {body}\n'
        for at, body in enumerate(bodies)
    ]
    files = {"app/models.py": MODELS, "app/routes.py": HEAD + "".join(routes)}
    return analyse_files(files, read_options({"isolation": {"checks": checks or []}}))


@pytest.mark.parametrize(
    ("unbound", "bound", "said"),
    [
        (4, 0, None),
        (5, 0, MostOpen(5, 5, ("found",))),
        (6, 4, MostOpen(6, 10, ("found",))),
        (5, 4, None),
        (9, 7, None),
    ],
)
def test_it_is_said_where_three_of_five_look_open(unbound: int, bound: int, said: MostOpen | None) -> None:
    analysis = analysed(*[OPEN] * unbound, *[BOUND] * bound)
    assert analysis.most_open == said
    assert [item.code for item in analysis.violations] == ["SW601"] * unbound


def test_what_is_forgotten_is_found_once_what_checks_is_named() -> None:
    for forgotten in (FORGOTTEN, "return found(db, key, None)"):
        analysis = analysed(*[OPEN] * 5, forgotten, checks=CHECKS)
        assert [(item.code, item.site.chain[1]) for item in analysis.violations] == [("SW601", "route_5")]
        assert analysis.most_open is None


def test_a_reference_to_what_was_checked_is_bound() -> None:
    refers = "db.add(Part(item_id=found(db, key, user).id))"
    assert not analysed(*[OPEN] * 5, refers, checks=CHECKS).violations
