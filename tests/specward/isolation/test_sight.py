"""What a project is told where too little of it is seen: of `checks`, of its users, of silence."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.settings import read_options
from specward.code.dataflow.result import Analysis
from specward.rules.isolation.unseen import notes

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


def told(analysis: Analysis) -> list[str]:
    """Give the first sentence of each note."""
    assert analysis.sight is not None
    return [f"{note.split('. ')[0].removesuffix('.')}." for note in notes(analysis.sight)]


def analysed(*bodies: str, checks: list[str] | None = None, models: str = MODELS) -> Analysis:
    routes = [
        f'@router.get("/items/{{key}}/{at}")\ndef route_{at}{SIGNATURE}\n    {body}\n'
        for at, body in enumerate(bodies)
    ]
    files = {"app/models.py": models, "app/routes.py": HEAD + "".join(routes)}
    return analyse_files(files, read_options({"isolation": {"checks": checks or []}}))


@pytest.mark.parametrize(
    ("unbound", "bound", "said"),
    [
        (4, 0, []),
        (5, 0, ["5 of the 5 routes that reach user-owned tables look open, most of them through found."]),
        (6, 12, ["6 of the 18 routes that reach user-owned tables look open, most of them through found."]),
        (5, 11, []),
        (9, 19, []),
    ],
)
def test_it_is_said_where_a_third_looks_open(unbound: int, bound: int, said: list[str]) -> None:
    analysis = analysed(*[OPEN] * unbound, *[BOUND] * bound)
    assert told(analysis) == said
    assert [item.code for item in analysis.violations] == ["SW601"] * unbound


def test_what_is_forgotten_is_found_once_what_checks_is_named() -> None:
    for forgotten in (FORGOTTEN, "return found(db, key, None)"):
        analysis = analysed(*[OPEN] * 5, forgotten, checks=CHECKS)
        assert [(item.code, item.site.chain[1]) for item in analysis.violations] == [("SW601", "route_5")]
        assert told(analysis) == []


def test_a_reference_to_what_was_checked_is_bound() -> None:
    refers = "db.add(Part(item_id=found(db, key, user).id))"
    assert not analysed(*[OPEN] * 5, refers, checks=CHECKS).violations


def test_it_is_said_where_no_route_reaches_what_somebody_owns() -> None:
    hidden = "return rank(user, key)"
    assert told(analysed(*[hidden] * 4)) == []
    assert told(analysed(*[hidden] * 4, BOUND)) == []
    [said] = told(analysed(*[hidden] * 5))
    assert said.startswith(
        "None of the 5 routes that authenticate the caller was seen to reach a user-owned table"
    )


def test_it_is_said_where_there_are_no_users() -> None:
    analysis = analysed(OPEN, models=MODELS.replace("User", "Crate").replace("user.id", "crate.id"))
    [said] = told(analysis)
    assert said.startswith("No user table was found")
