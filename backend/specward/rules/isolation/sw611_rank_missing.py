"""A member changes what the other routes let only an editor, an owner or the author change.

Taking part in a board allows seeing its cards. If every other route that changes a card requires an editor's
role, and at least two do, then a route that requires only membership has most likely forgotten it; for the
members themselves one such route is enough. Comments, messages, reviews and the like are changed by their
author: a route that edits one checks that the caller wrote it, and a route that deletes one checks that, or
requires more than membership, if another route does.

No code says which role is needed, so the routes of a project are compared with one another; if two routes
require less, nothing is reported. If members may do this, excuse the line, with the reason.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import APPLICATION, with_routes

SUMMARY = "members change what other routes let only an editor, owner or author change"
_MODELS = """

class Board(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Member(SQLModel, table=True):
    board_id: int = Field(foreign_key="board.id", primary_key=True)
    user_id: int = Field(foreign_key="user.id", primary_key=True)
    role: str = "viewer"


class Card(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    board_id: int = Field(foreign_key="board.id")
    text: str
"""
_ROUTES = """
from app.models import Card, Member


def member_of(db: Db, card: Card, me: Me, *roles: str) -> None:
    member = db.get(Member, (card.board_id, me.id))
    if member is None or (roles and member.role not in roles):
        raise HTTPException(404)


@router.put("/cards/{card_id}")
def write_card(card_id: int, text: str, db: Db, me: Me):
    card = db.get_one(Card, card_id)
    member_of(db, card, me, "owner", "editor")
    card.text = text


@router.post("/cards/{card_id}/clear")
def clear_card(card_id: int, db: Db, me: Me):
    card = db.get_one(Card, card_id)
    member_of(db, card, me, "owner", "editor")
    card.text = ""


@router.delete("/cards/{card_id}")
def delete_card(card_id: int, db: Db, me: Me):
    card = db.get_one(Card, card_id)
    member_of(db, card, meASKED)
    db.delete(card)
"""


def _application(routes: str) -> Example:
    models = {"backend/app/models.py": APPLICATION["backend/app/models.py"] + _MODELS}
    return Example({**with_routes(routes), **models})


GOOD = _application(_ROUTES.replace("ASKED", ', "owner", "editor"'))
BAD = _application(_ROUTES.replace("ASKED", ""))


def check(project: Project) -> Iterable[Finding]:
    """Give one finding for each route that asks for less than the others."""
    return findings(
        project,
        "SW611",
        "lets any member change `{table}`, where the other routes that do so require more: a role, or being "
        "the author.",
        "Require what the other routes require, or excuse the line with the reason why members may do this.",
    )
