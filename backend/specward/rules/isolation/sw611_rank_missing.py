"""A member changes what others change only as an editor, an owner, or whoever wrote it.

To take part in a board lets somebody see its cards. Where each other route that changes a card asks for an
editor's role, and at least two do, the one that asks for a member alone has most likely forgotten it; of the
members themselves one such route is enough. Comments, messages, reviews and the like are changed by whoever
wrote them: a route that rewrites one asks whether the caller did, and one that deletes it asks that, or for
more than a member, where another route does.

No code says which role is due, so the routes of a project are held against one another: of two that ask for
less nothing is told. If members may do it, excuse the line, with the reason.
"""

from collections.abc import Iterable

from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.rules.isolation.report import findings
from specward.rules.isolation.world import APPLICATION, with_routes

SUMMARY = "members change what others may only change with more than membership"
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
        "changes `{table}` as any member may, where the other routes that do so ask for more: a role, or "
        "whoever wrote it.",
        "Ask for what the others ask, or excuse the line with the reason why members may do this.",
    )
